import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { testInstance, type TestInstance } from '../test-instance.ts'
import { runCli, type CliResult } from './test-cli.ts'

// Whole programs start here, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

let server: TestInstance
let admin: string
beforeAll(async () => {
  server = await testInstance()
  admin = server.adminKey
})
afterAll(() => server.close())

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-cli-install-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const env = () => ({ HOME: home, WRIT_HOME: join(home, '.writ'), WRIT_URL: server.url, WRIT_API_KEY: admin })
const cli = (...args: string[]): Promise<CliResult> => runCli(args, env())
const json = async (...args: string[]) => (await cli(...args, '--json')).json() as Record<string, never>
const keyRows = () => server.runtime.db.selectFrom('api_key').selectAll().where('agent_id', '=', 'coder').execute()

/** The hook that the settings name, run as the client runs it: by a shell, with nothing around. */
async function runHook(event: string, input: object) {
  const settings = JSON.parse(readFileSync(join(home, '.claude/settings.json'), 'utf8'))
  const child = spawn('/bin/sh', ['-c', settings.hooks[event].at(-1).hooks[0].command], { env: {} })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(JSON.stringify(input))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

test('install, ask, hosts, uninstall: the hook rules as the agent, and its key ends with it', async () => {
  const done = await cli('install', 'claude', '--agent', 'coder', '--wait', '1')
  expect([done.code, done.stderr]).toEqual([0, ''])
  expect(done.stdout).toContain(`asks ${server.url} as agent coder; a call waits up to 1 s`)
  const [key] = await keyRows()
  expect(key).toMatchObject({ role: 'member', revoked_at: null })
  const secret = JSON.parse(readFileSync(join(home, '.writ/hosts/claude-code/connection.json'), 'utf8')).key as string
  expect(done.stdout).not.toContain(secret)

  const call = { session_id: 's', hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: 't1' }
  const ran = await runHook('PreToolUse', { ...call, tool_input: { command: 'rm -rf /' } })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ran.stdout).hookSpecificOutput.permissionDecision).toBe('deny')

  expect(await json('install', 'claude', '--agent', 'coder', '--wait', '1')).toMatchObject({ changed: false })
  expect(await keyRows()).toHaveLength(1)

  const hosts = await json('hosts')
  expect(hosts['hosts']).toContainEqual(
    expect.objectContaining({
      host: 'claude-code',
      installs: [expect.objectContaining({ scope: 'user', enforcement: 'advisory', gate: 'whole', agent: 'coder' })],
    }),
  )
  const gone = await cli('uninstall', 'claude')
  expect([gone.code, gone.stderr]).toEqual([0, ''])
  expect((await keyRows())[0]?.revoked_at).not.toBeNull()
  expect(readdirSync(home)).toEqual([])
})

test('what is broken since is told by hosts, with exit code 1; a gate that is gone refuses every call', async () => {
  await cli('install', 'claude', '--agent', 'coder2')
  rmSync(join(home, '.writ/hosts/claude-code/gate.sh'))
  expect(await runHook('PreToolUse', {})).toMatchObject({ code: 2 })
  expect(await runHook('PostToolUse', {})).toMatchObject({ code: 0 })
  writeFileSync(join(home, '.claude/settings.json'), '{"disableAllHooks": true}')
  const hosts = await cli('hosts')
  expect(hosts.code).toBe(1)
  expect(hosts.stdout).toContain('gate changed')
  expect(hosts.stdout).toContain('broken  ')
  expect(hosts.stdout).toContain('"disableAllHooks" is true')
})

test('a key that may approve is no key for an agent; neither is one that nobody knows', async () => {
  const wrong = await cli('install', 'claude', '--api-key', admin)
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('could allow its own acts')
  expect(wrong.stderr).not.toContain(admin)
  expect((await cli('install', 'claude', '--api-key', 'writ_live_nobody')).stderr).toContain('does not know the key')
  expect(readdirSync(home)).toEqual([])
})

test('a key that was brought is used, and outlives the install', async () => {
  const made = await json('keys', 'create', 'bound', '--agent', 'bound')
  const own = String(made['secret'])
  expect(await json('install', 'codex', '--api-key', own, '--agent', 'bound')).toMatchObject({ changed: true })
  expect(readFileSync(join(home, '.writ/hosts/codex/curl.conf'), 'utf8')).toContain(own)
  expect(await json('uninstall', 'codex')).toMatchObject({ revoked_key: null })
})

test('without a server nothing is written, and the reason is said', async () => {
  const ran = await runCli(['install', 'claude'], { ...env(), WRIT_URL: 'http://127.0.0.1:9' })
  expect(ran.code).toBe(1)
  expect(ran.stderr).toContain('http://127.0.0.1:9')
  expect(readdirSync(join(home))).toEqual([])
})

test('four programs that install at once leave one install with one valid key', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => json('install', 'claude', '--agent', 'crowd')))
  expect(all.filter(({ changed }) => changed)).toHaveLength(1)
  const rows = server.runtime.db.selectFrom('api_key').select('revoked_at').where('agent_id', '=', 'crowd')
  expect(await rows.execute()).toEqual([{ revoked_at: null }])
  const settings = readFileSync(join(home, '.claude/settings.json'), 'utf8')
  expect(settings.match(/ask \|\| exit 2/g)).toHaveLength(1)
  expect((await cli('hosts')).stdout).toContain('✓ user: advisory')
})

test('a dry run tells the files and writes nothing', async () => {
  mkdirSync(join(home, 'p'))
  const told = await json('install', 'claude', '--project', join(home, 'p'), '--dry-run')
  const files = told['files'] as unknown as { path: string; action: string }[]
  const skills = files.filter(({ path }) => path.startsWith(join(home, 'p/.claude/skills/writ-')))
  expect(skills.map(({ path }) => path)).toContain(join(home, 'p/.claude/skills/writ-governance/SKILL.md'))
  expect(files.filter((file) => !skills.includes(file))).toEqual([
    { path: join(home, 'p/.mcp.json'), action: 'create' },
    { path: join(home, 'p/.claude/settings.json'), action: 'create' },
  ])
  expect(readdirSync(home)).toEqual(['p'])
})

test.each([
  [['install', 'nobody'], 'Allowed choices are'],
  [['install', 'claude', '--wait', '99999'], 'whole number'],
  [['install', 'claude', '--user', '--managed'], ''],
  [['install', 'claude', '--project', '/no/such'], 'no folder'],
  [['install', 'claude', '--trust'], 'Only Codex'],
  [['install', 'claude', '--group', 'x'], '--managed'],
  [['uninstall', 'claude'], 'Nothing is installed there'],
])('%s: refused with the reason', async (args, why) => {
  const ran = await cli(...args)
  expect(ran.code).not.toBe(0)
  expect(ran.stderr).toContain(why)
})

test('the MCP entry starts writ with the key of the install', async () => {
  await cli('install', 'claude', '--agent', 'coder3')
  const { writ } = JSON.parse(readFileSync(join(home, '.claude.json'), 'utf8')).mcpServers
  const { Client } = await import('@modelcontextprotocol/client')
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio')
  const transport = new StdioClientTransport({ command: writ.command, args: writ.args, env: { PATH: '', ...writ.env } })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('writ_guard')
  await client.close()
})

test('doctor tells of each install whether it is whole, and what to do when it is not', async () => {
  const clientsOf = (result: CliResult) =>
    (result.json() as { checks: { check: string; status: string; found: string }[] }).checks.filter(({ check }) =>
      check.startsWith('client'),
    )
  expect(clientsOf(await cli('doctor', '--json'))).toMatchObject([{ check: 'clients', status: 'skip' }])
  await cli('install', 'claude', '--agent', 'coder')
  expect(clientsOf(await cli('doctor', '--json'))).toMatchObject([{ check: 'client claude-code', status: 'ok' }])
  writeFileSync(join(home, '.writ/hosts/claude-code/gate.sh'), 'exit 0\n')
  const broken = await cli('doctor', '--json', '--no-fix')
  expect(broken.code).toBe(1)
  expect(clientsOf(broken)).toMatchObject([
    {
      status: 'fail',
      found: expect.stringContaining('not what was installed'),
      remedy: expect.stringContaining('writ doctor'),
    },
  ])
})
