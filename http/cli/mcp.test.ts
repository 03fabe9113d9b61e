import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { runCli, startCli } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

let home: string
const children = new Set<ChildProcess>()
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-cli-mcp-'))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rm(home, { recursive: true, force: true }))

interface Answer {
  readonly result?: {
    readonly serverInfo?: object
    readonly isError?: boolean
    readonly structuredContent?: Record<string, unknown>
  }
}

interface Host {
  readonly child: ChildProcess
  readonly stderr: () => string
  guard(command: string): Promise<Answer>
}

/** What an MCP host does: starts the command, speaks lines of JSON-RPC with it. */
async function host(env: Record<string, string> = {}): Promise<Host> {
  const child = startCli(['mcp'], { WRIT_HOME: home, WRIT_PORT: '0', ...env })
  children.add(child)
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('The bridge has no pipes.')
  let errors = ''
  child.setMaxListeners(100)
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const waiting = new Map<number, (answer: Answer) => void>()
  createInterface({ input: stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Answer & { id?: number }
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })
  let last = 0
  const ask = (method: string, params: object): Promise<Answer> => {
    last += 1
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: last, method, params })}\n`)
    return new Promise((resolve, reject) => {
      waiting.set(last, resolve)
      child.once('exit', (code) => reject(new Error(`The bridge ended with ${code}: ${errors}`)))
    })
  }
  const client = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'Test Host', version: '1' } }
  await ask('initialize', client)
  stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
  const guard = (command: string): Promise<Answer> => {
    return ask('tools/call', {
      name: 'writ_guard',
      arguments: { action_type: 'other', act: { kind: 'shell', command } },
    })
  }
  return { child, stderr: () => errors, guard }
}

const decisionOf = (answer: Answer): unknown => answer.result?.structuredContent?.['decision']

test('without a server it starts one; a second host shares it, and takes over when the first dies', async () => {
  const first = await host()
  expect(decisionOf(await first.guard('rm -rf /'))).toBe('block')
  expect(first.stderr()).toContain('Admin key, shown this once: writ_live_')
  const second = await host()
  expect(decisionOf(await second.guard('git status'))).toBe('allow')

  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const answers: Answer[] = []
  while (answers.length < 40 && decisionOf(answers.at(-1) ?? {}) !== 'block') {
    await sleep(250)
    answers.push(await second.guard('rm -rf /'))
  }
  expect(decisionOf(answers.at(-1) ?? {})).toBe('block')
  // Until then it failed closed.
  for (const answer of answers.slice(0, -1)) expect(answer.result?.isError).toBe(true)

  second.child.stdin?.end()
  expect(await once(second.child, 'exit')).toEqual([0, null])
})

test('a server that nobody has a key for is told in one sentence', async () => {
  const { code, stderr } = await runCli(['mcp'], { WRIT_HOME: join(home, 'empty'), WRIT_URL: 'http://127.0.0.1:9' })
  expect(code).toBe(1)
  expect(stderr).toContain('Set WRIT_API_KEY to an agent key')
})

test('with the server away a call is answered as not allowed', async () => {
  const away = await host({ WRIT_URL: 'http://127.0.0.1:9', WRIT_API_KEY: 'writ_live_x' })
  const { result } = await away.guard('ls')
  expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('unavailable') }] })
})
