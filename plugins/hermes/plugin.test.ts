import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { hermesPlugin } from './generate.ts'

let server: TestServer
let key: string
let orgId: string
beforeAll(async () => {
  server = await testServer(operations)
  orgId = (await testOrg(server.runtime)).orgId
  key = await server.key({ role: 'member', agentId: 'coder' }, orgId)
})
afterAll(() => server.close())

let home: string
let stub: Server | undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-hermes-'))
  for (const [name, { bytes }] of Object.entries(hermesPlugin())) write(join('.hermes/plugins/writ', name), bytes)
})
afterEach(() => {
  stub?.closeAllConnections()
  stub?.close()
  rmSync(home, { recursive: true, force: true })
})

function write(name: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(home, name)), { recursive: true })
  writeFileSync(join(home, name), text, { mode: 0o600 })
}

const connect = (more: object = {}): void =>
  write(
    '.writ/hosts/hermes/connection.json',
    JSON.stringify({ server: server.url, key, wait: 0, on_unavailable: 'deny', ...more }),
  )

/** Loads the plugin as Hermes does, and calls what it registered. */
const harness = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("writ_plugin", sys.argv[1], submodule_search_locations=[])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
hooks = {}
class Ctx:
    def register_hook(self, name, callback):
        hooks[name] = callback
module.register(Ctx())
if len(sys.argv) > 2:
    module.DEADLINE = float(sys.argv[2])
answers = [hooks[name](**call) for name, call in json.load(sys.stdin)]
print(json.dumps({"hooks": sorted(hooks), "answers": answers}))
`

interface Answered {
  readonly hooks: readonly string[]
  readonly answers: readonly ({ readonly action: string; readonly message: string } | null)[]
}

async function hermes(calls: readonly (readonly [string, object])[], deadline?: number): Promise<Answered> {
  const args = ['-c', harness, join(home, '.hermes/plugins/writ/__init__.py')]
  if (deadline !== undefined) args.push(String(deadline))
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, http_proxy: 'http://127.0.0.1:9' }
  const child = spawn('python3', args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(JSON.stringify(calls))
  await once(child, 'close')
  return JSON.parse(text) as Answered
}

let calls = 0
const bash = (command: string) => ({
  tool_name: 'terminal',
  args: { command },
  task_id: 't',
  session_id: 's',
  tool_call_id: `c${(calls += 1)}`,
  telemetry_schema_version: 2,
})
const ask = async (command: string, deadline?: number) =>
  (await hermes([['pre_tool_call', bash(command)]], deadline)).answers[0]

async function stubbed(listener: RequestListener): Promise<string> {
  stub = createServer(listener)
  await new Promise<void>((resolve) => stub?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
}

describe('with the real server', () => {
  test('a forbidden act is blocked with the reason, everyday work goes on, and its end is recorded', async () => {
    connect()
    const work = bash('git status')
    const { hooks, answers } = await hermes([
      ['pre_tool_call', bash('rm -rf /')],
      ['pre_tool_call', work],
      ['post_tool_call', { ...work, result: '{"output": "clean", "exit_code": 0}', duration_ms: 12.5, status: 'ok' }],
    ])
    expect(hooks).toEqual(['post_tool_call', 'pre_tool_call'])
    expect(answers[0]).toMatchObject({ action: 'block', message: expect.stringContaining('Writ: blocked: ') })
    expect(answers.slice(1)).toEqual([null, null])
    const rows = server.runtime.db.selectFrom('action_record').select(['status', 'duration_ms'])
    expect(await rows.where('org_id', '=', orgId).where('status', '=', 'completed').execute()).toEqual([
      { status: 'completed', duration_ms: 13 },
    ])
  })

  test('a wrong key is refused whatever the operator chose', async () => {
    connect({ key: 'writ_live_wrong', on_unavailable: 'allow' })
    expect(await ask('ls')).toMatchObject({ action: 'block', message: expect.stringContaining('key was refused (401') })
  })
})

describe('without one', () => {
  test.each([
    ['deny', { action: 'block', message: expect.stringContaining('no server answers') }],
    ['allow', null],
  ])('gone: %s', async (on_unavailable, expected) => {
    connect({ server: 'http://127.0.0.1:9', on_unavailable })
    expect(await ask('ls')).toEqual(expected)
  })

  const says =
    (status: number, body: string): RequestListener =>
    (request, response) =>
      void request.resume().on('end', () => response.writeHead(status, { Location: server.url }).end(body))

  test.each([
    ['a page', 200, '<html>'],
    ['a list', 200, '[]'],
    ['null', 200, 'null'],
    ['another object', 200, '{"ok":true}'],
    ['a block without a reason', 200, '{"decision":"block"}'],
    ['nothing', 204, ''],
    ['a redirect', 302, ''],
    ['not found', 404, '{}'],
  ])('%s: blocked, even where calls may run while the server is gone', async (_, status, body) => {
    connect({ server: await stubbed(says(status, body)), on_unavailable: 'allow' })
    expect(await ask('ls')).toMatchObject({ action: 'block', message: expect.stringMatching(/^Writ: ./) })
  })

  test('failing: as the operator chose', async () => {
    const at = await stubbed(says(503, '{"error":"busy"}'))
    connect({ server: at })
    expect(await ask('ls')).toMatchObject({ message: expect.stringContaining('failed (503: busy)') })
    connect({ server: at, on_unavailable: 'allow' })
    expect(await ask('ls')).toBeNull()
  })

  test('hanging, or a byte now and then: blocked at the deadline', async () => {
    const drip: RequestListener = (request, response) => {
      request.resume()
      response.writeHead(200)
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(timer))
    }
    for (const listener of [drip, (request) => void request.resume()] satisfies RequestListener[]) {
      connect({ server: await stubbed(listener) })
      const started = performance.now()
      expect(await ask('ls', 1)).toMatchObject({ action: 'block' })
      expect(performance.now() - started).toBeLessThan(10_000)
      stub?.closeAllConnections()
      stub?.close()
    }
  })
})

describe('a gate that is not whole', () => {
  test('not installed: blocked, and what to do is said', async () => {
    expect(await ask('ls')).toMatchObject({ message: expect.stringContaining('Run: writ install hermes') })
  })

  test.each(['{', '[]', '{"server":"http://x"}'])('%s: blocked', async (text) => {
    write('.writ/hosts/hermes/connection.json', text)
    expect(await ask('ls')).toMatchObject({ action: 'block' })
  })

  test('a file that others may write is not believed', async () => {
    connect()
    chmodSync(join(home, '.writ/hosts/hermes/connection.json'), 0o666)
    expect(await ask('ls')).toMatchObject({ message: expect.stringContaining('others may write') })
  })
})
