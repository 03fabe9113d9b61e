import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { firstOutput, runCli, startCli } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

let home: string
const children = new Set<ChildProcess>()
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-cli-serve-'))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rm(home, { recursive: true, force: true }))

interface Started {
  readonly url: string
  readonly mcp_url: string
  readonly setup_url: string | null
  readonly first_keys: { readonly admin: string; readonly agent: string } | null
}

async function serve(args: readonly string[] = []): Promise<{ child: ChildProcess; started: Started }> {
  const child = startCli(['serve', '--port', '0', '--json', ...args], { WRIT_HOME: home })
  children.add(child)
  return { child, started: JSON.parse(await firstOutput(child, /\}\n$/)) as Started }
}

const mode = (name: string): number => statSync(join(home, name)).mode & 0o777

test('the first start shows the keys once; other commands find the server without being told', async () => {
  const { child, started } = await serve(['--save-key'])
  expect(started.first_keys?.admin).toMatch(/^writ_live_/)
  expect(started.mcp_url).toBe(`${started.url}/mcp`)
  expect(JSON.parse(readFileSync(join(home, 'data/server.json'), 'utf8'))).toEqual({ url: started.url, pid: child.pid })
  expect([mode('config.json'), mode('agent.key'), mode('data/server.json')]).toEqual([0o600, 0o600, 0o600])
  expect((await runCli(['keys', 'list', '--json'], { WRIT_HOME: home })).code).toBe(0)
  const second = await runCli(['serve', '--port', '0'], { WRIT_HOME: home })
  expect(second.code).toBe(1)
  expect(second.stderr).toContain(`is in use by process ${child.pid}`)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(existsSync(join(home, 'data/server.json'))).toBe(false)
})

test('the next start shows no keys; a lost key is replaced with the server off', async () => {
  const made = await runCli(['keys', 'create', 'found again', '--role', 'admin', '--local', '--json'], {
    WRIT_HOME: home,
  })
  const { secret } = made.json() as { secret: string }
  const { started } = await serve()
  expect(started.first_keys).toBeNull()
  expect((await runCli(['keys', 'list', '--json'], { WRIT_HOME: home, WRIT_API_KEY: secret })).code).toBe(0)
})

test(
  'the first person sets up by the link; a lost password is replaced with the server off',
  {
    timeout: 240_000,
  },
  async () => {
    const post = (url: string, path: string, body: object): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        headers: { origin: new URL(url).origin, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const { child, started } = await serve()
    const link = new URL(started.setup_url ?? '')
    expect(link.origin + link.pathname).toBe(`${started.url}/setup`)
    const person = { email: 'ada@example.com', name: 'Ada', password: 'a password of Ada' }
    const made = await post(started.url, '/auth/setup', { ...person, token: link.searchParams.get('token') })
    expect(made.status).toBe(201)
    child.kill('SIGTERM')
    await once(child, 'exit')
    const told = await runCli(['accounts', 'reset-link', 'ada@example.com', '--local', '--json'], { WRIT_HOME: home })
    const { token } = told.json() as { token: string }
    const again = await serve()
    expect(again.started.setup_url).toBeNull()
    const password = 'another password of Ada'
    expect((await post(again.started.url, '/auth/reset', { token, password })).status).toBe(204)
    expect((await post(again.started.url, '/auth/sign-in', { ...person, password })).status).toBe(200)
    expect((await post(again.started.url, '/auth/sign-in', person)).status).toBe(401)
  },
)

test('migrate works apart from a start', async () => {
  const data = join(home, 'other')
  const first = await runCli(['migrate', '--data', data, '--json'], { WRIT_HOME: home })
  expect((first.json() as { engine: string }).engine).toBe('embedded')
  expect((await runCli(['migrate', '--data', data, '--json'], { WRIT_HOME: home })).json()).toMatchObject({
    applied: [],
  })
})

test('a server that other commands would not find says how to name it', async () => {
  const data = join(home, 'elsewhere')
  const child = startCli(['serve', '--port', '0', '--data', data], { WRIT_HOME: home })
  children.add(child)
  const told = await firstOutput(child, /writ demo/)
  expect(told).toMatch(/export WRIT_URL=http:\/\/127\.0\.0\.1:\d+\n/)
  const order = ['/setup?token=setup_', '/mcp && claude mcp login writ\n', 'writ_agent_', '--header "x-api-key: ']
  const places = order.map((text) => told.indexOf(text))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('started by npm, it names commands that work without an installed writ', async () => {
  const npm = { npm_package_name: 'writ', npm_lifecycle_event: 'start' }
  const data = join(home, 'by-npm')
  const child = startCli(['serve', '--port', '0', '--data', data], { WRIT_HOME: home, ...npm })
  children.add(child)
  const told = await firstOutput(child, /demo/)
  expect(told).toContain('npm run writ -- demo')
  expect(told).toMatch(/codex mcp add .* -- \/.*node.* \/.*bin\.mjs mcp\n/)
})

test('the launcher takes the Node of the checkout where the one that runs it is too old', async () => {
  const bin = fileURLToPath(new URL('bin.mjs', import.meta.url))
  const old = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})"
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${old}`, bin, '--version'])
  expect(await firstOutput(child, /\n/)).toMatch(/^\d+\.\d+\.\d+/)
})

test('the launcher passes exit codes and signals through', async () => {
  const bin = fileURLToPath(new URL('bin.mjs', import.meta.url))
  const env = { PATH: process.env['PATH'] ?? '', WRIT_HOME: home, WRIT_LOG_LEVEL: 'error' }
  const failing = spawn(process.execPath, [bin, 'bogus'], { env, stdio: 'ignore' })
  expect(await once(failing, 'exit')).toEqual([2, null])
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json'], { env })
  children.add(child)
  await firstOutput(child, /\}\n$/)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
