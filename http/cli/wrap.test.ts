import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { runCli } from './test-cli.ts'
import { McpHost, textOf, wrapped, type Started } from './test-mcp-host.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000 })

let instance: TestInstance
let folder: string
const hosts = new Set<McpHost>()
beforeAll(async () => {
  instance = await testInstance()
  folder = await mkdtemp(join(tmpdir(), 'writ-wrap-'))
  await writeFile(join(folder, 'a.txt'), 'alpha')
})
afterEach(() => {
  for (const { child } of hosts) child.kill('SIGKILL')
  hosts.clear()
})
afterAll(async () => {
  await instance.close()
  await rm(folder, { recursive: true, force: true })
})

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  WRIT_HOME: join(folder, 'home'),
  WRIT_URL: instance.url,
  WRIT_API_KEY: instance.agentKey,
})

function host(started: Started): McpHost {
  const one = new McpHost(started)
  hosts.add(one)
  return one
}

const programOf = (name: string): string =>
  fileURLToPath(new URL(`../../node_modules/@modelcontextprotocol/${name}/dist/index.js`, import.meta.url))

const servers = [
  { name: 'server-everything', args: ['stdio'], tool: 'get-sum', input: { a: 2, b: 3.5 } },
  { name: 'server-filesystem', args: ['.'], tool: 'read_text_file', input: { path: 'a.txt' } },
  { name: 'server-memory', args: [], tool: 'read_graph', input: {} },
]

test.each(servers)(
  '$name: everything it says is the same as without Writ, byte for byte',
  async ({ name, args, tool, input }) => {
    const command = [programOf(name), ...args]
    const env = environment()
    const direct = host({ command: process.execPath, args: command, env, cwd: folder })
    const governed = host(wrapped(['--', process.execPath, ...command], env, folder))
    const both = async (method: string, params?: object): Promise<string> => {
      const [one, other] = await Promise.all([direct, governed].map((each) => each.line(method, { ...params })))
      expect(other).toBe(one)
      return String(one)
    }
    const [one, other] = await Promise.all([direct.initialize(), governed.initialize()])
    expect(other).toBe(one)
    expect(await both('tools/list')).toContain(`"${tool}"`)
    for (const method of ['ping', 'resources/list', 'prompts/list', 'nobody/knows']) await both(method)
    expect(await both('tools/call', { name: tool, arguments: input })).not.toContain('"isError":true')
    await both('tools/call', { name: tool, arguments: { wrong: true } })
    expect([await direct.end(), await governed.end()]).toEqual([0, 0])
  },
)

const fixture = fileURLToPath(new URL('../../mcp/gateway/test-wrapped.ts', import.meta.url))

async function wrapFixture(
  names: readonly string[],
  options: readonly string[] = [],
  env = environment(),
): Promise<McpHost> {
  const tools = join(folder, `${names.join('-')}.json`)
  await writeFile(tools, JSON.stringify(names.map((name) => ({ name, inputSchema: { type: 'object' } }))))
  const command = [process.execPath, '--conditions=writ-source', '--no-warnings', fixture, tools]
  return host(wrapped([...options, '--', ...command], env))
}

test("the server gets the client's environment without Writ's own, and its name is the operator's", async () => {
  const one = await wrapFixture(['env'], ['--name', 'environ'], { ...environment(), GIVEN: 'yes', WRIT_AUTH_TOKEN: '' })
  const names = JSON.parse(textOf(await one.call('env'))) as string[]
  expect(names).toContain('GIVEN')
  expect(names.filter((name) => name.startsWith('WRIT'))).toEqual([])
  const { stdout } = await runCli(['tools', 'list', '--of', 'environ', '--json'], {
    ...environment(),
    WRIT_API_KEY: instance.adminKey,
  })
  expect(JSON.parse(stdout)).toMatchObject({ pins: [{ server: 'environ', tool: 'env', state: 'pinned' }] })
})

test('the exit of the server is the exit of wrap; what it says on standard error passes', async () => {
  const one = await wrapFixture(['die'])
  one.call('die').catch(() => undefined)
  expect(await once(one.child, 'exit')).toEqual([7, null])
  const gone = host(
    wrapped(['--name', 'gone', '--', process.execPath, '-e', 'console.error("oh"); process.exit(3)'], environment()),
  )
  expect(await once(gone.child, 'exit')).toEqual([3, null])
  expect(gone.stderr).toContain('oh')
})

test('quarantine, and the way out of it, on the command line', async () => {
  const first = await wrapFixture(['wave'], ['--name', 'one'])
  expect(textOf(await first.call('wave', { message: 'hi' }))).toBe('hi')
  const second = await wrapFixture(['wave'], ['--name', 'two'])
  const [, command = ''] = /with: writ (tools approve pin_\S+)/.exec(textOf(await second.call('wave'))) ?? []
  const asAdmin = { ...environment(), WRIT_API_KEY: instance.adminKey }
  const listed = await runCli(['tools', 'list', '--state', 'quarantined'], asAdmin)
  expect(listed.stdout).toContain('of the server "one"')
  expect((await runCli(command.split(' '), environment())).code).toBe(1)
  expect((await runCli(command.split(' '), asAdmin)).stdout).toContain('Trusted: wave of two.')
  expect(textOf(await second.call('wave', { message: 'hi' }))).toBe('hi')
})

test('with Writ away no call is made', async () => {
  const one = await wrapFixture(['echo'], ['--name', 'away'], { ...environment(), WRIT_URL: 'http://127.0.0.1:9' })
  expect((await one.call('echo')).result?.isError).toBe(true)
  expect((await one.ask('ping')).error?.message).toBe('Method not found')
})

test('the official clients of both generations work through it, the second with protocol 2026-07-28', async () => {
  const program = fileURLToPath(new URL('../../mcp/gateway/test-modern.ts', import.meta.url))
  const { command, args } = wrapped(['--name', 'modern', '--', process.execPath, '--no-warnings', program], {})
  const started = { command, args: [...args], env: environment() }
  const modern = new ModernClient(
    { name: 'modern host', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  await modern.connect(new ModernStdio(started))
  expect((await modern.listTools()).tools.map(({ name }) => name)).toEqual(['greet'])
  expect(await modern.callTool({ name: 'greet', arguments: { who: 'Ada' } })).toMatchObject({
    content: [{ text: 'Hello Ada' }],
  })
  const refused = await modern.callTool({ name: 'nobody', arguments: {} })
  expect(refused.isError).toBe(true)
  await modern.close()
  const first = new Client({ name: 'first host', version: '1' })
  await first.connect(new StdioClientTransport(started))
  expect(await first.callTool({ name: 'greet', arguments: { who: 'Bob' } })).toMatchObject({
    content: [{ text: 'Hello Bob' }],
  })
  await first.close()
})

test('a real server at a URL is held to the definitions it has as a program, and works', async () => {
  const port = await freePort()
  const server = host({
    command: process.execPath,
    args: [programOf('server-everything'), 'streamableHttp'],
    env: { ...environment(), PORT: String(port) },
  })
  await vi.waitUntil(() => server.stderr.includes('listening') || server.lines.join().includes('Starting'), {
    timeout: 30_000,
  })
  await vi.waitUntil(
    () =>
      fetch(`http://127.0.0.1:${port}/mcp`).then(
        () => true,
        () => false,
      ),
    { timeout: 30_000 },
  )
  const one = host(wrapped(['--name', 'server-everything', `http://127.0.0.1:${port}/mcp`], environment()))
  await one.initialize()
  const listed = (await one.ask('tools/list')).result?.tools?.map(({ name }) => name)
  expect(listed).toContain('get-sum')
  expect(textOf(await one.call('trigger-long-running-operation', { duration: 1, steps: 2 }))).toContain(
    'Long running operation completed',
  )
  expect(await one.end()).toBe(0)
})

test.each([
  [['wrap', '--name', 'a__b', '--', 'x'], 'double underscore'],
  [['wrap', 'https://mcp.example/mcp', 'more'], 'takes no arguments'],
  [['wrap', '--header', 'X: y', '--', 'x'], '--header is for servers at a URL'],
  [['wrap', '--unavailable', 'maybe', '--', 'x'], 'Allowed choices'],
])('%j is a mistake in the command line', async (args, why) => {
  const { code, stderr } = await runCli(args, environment())
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
})

test('a program that is not there, and a server that nobody has a key for, are told in one sentence', async () => {
  const missing = await runCli(['wrap', '--', 'no-such-program-here'], environment())
  expect([missing.code, missing.stderr]).toEqual([1, 'writ: no-such-program-here: there is no such file.\n'])
  const env = { ...environment(), WRIT_API_KEY: '', WRIT_HOME: join(folder, 'empty') }
  const keyless = host(wrapped(['--', process.execPath, '-e', 'process.stdin.resume()'], env))
  expect(await once(keyless.child, 'exit')).toEqual([1, null])
  expect(keyless.stderr).toContain('Set WRIT_API_KEY to an agent key')
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
