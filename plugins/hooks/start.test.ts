import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { list } from '#core/hosts/list.op'
import { invoke } from '#core/kernel/invoke'
import { operations } from '#core/registry.gen'
import { testOrg, type TestOrg } from '#core/testing/context'
import { testServer, type TestServer } from '#http/test-server'
import { install } from '../install/install.ts'
import { gateShell } from './gate-files.ts'
import { gateDir, type HostName, type Place } from '../install/place.ts'
import { hostStatuses } from '../install/status.ts'
import { requestOf, TestKeys, TestMachine } from '../install/test-machine.ts'

let server: TestServer
let org: TestOrg
let key: string
let machine: TestMachine
beforeAll(async () => {
  server = await testServer(operations)
})
afterAll(() => server.close())
beforeEach(async () => {
  org = await testOrg(server.runtime)
  key = await server.key({ role: 'member', agentId: 'coder' }, org.orgId)
  machine = new TestMachine()
})
afterEach(() => machine.remove())

const place = (host: HostName, more: Partial<Place> = {}): Place => ({ host, scope: 'user', ...more })

async function put(one: Place): Promise<void> {
  await install(machine, requestOf(one, { server: server.url }), new TestKeys(key))
}

/** The start of a session, as the client runs it. */
async function start(one: Place, event: object = {}, shell = gateShell()) {
  const [program, ...args] = [...shell.split(' '), join(gateDir(machine, one), 'gate.sh'), 'start']
  const child = spawn(program, args, { env: { PATH: '/nonexistent' } })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stdin.end(JSON.stringify({ hook_event_name: 'SessionStart', session_id: 's1', cwd: '/', ...event }))
  const [code] = (await once(child, 'close')) as [number | null]
  const answer = JSON.parse(stdout) as {
    systemMessage?: string
    hookSpecificOutput: { hookEventName: string; additionalContext: string }
  }
  const model = answer.hookSpecificOutput.additionalContext
  expect([code, answer.hookSpecificOutput.hookEventName]).toEqual([0, 'SessionStart'])
  return { person: answer.systemMessage ?? null, model }
}

async function listed(): Promise<string[]> {
  const { seams } = await invoke(list, await org.as('readonly'), { outcome: 'changed' })
  return seams.map(({ host, seam, detail }) => `${host}, ${seam}: ${detail}`)
}

const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(path, 'utf8')
  const after = text.replace(from, to)
  expect(after).not.toBe(text)
  writeFileSync(path, after)
}

const claude = place('claude-code')
const codex = place('codex')
const managed = place('codex', { scope: 'managed' })
const gate = (name: string, one = claude): string => join(gateDir(machine, one), name)
const requirements = (): string => join(machine.env.WRIT_TEST_ROOT, 'etc/codex/requirements.toml')

test.each([
  ['claude-code', claude],
  ['codex', codex],
  ['codex, managed', managed],
])('%s as installed: the digest alone, and nothing on the list', async (_, one) => {
  await put(one)
  const { person, model } = await start(one)
  expect(person).toBeNull()
  expect(model).toMatch(/^Writ governs this session/)
  expect(await listed()).toEqual([])
})

test('what others write into the same files is theirs', async () => {
  for (const one of [claude, codex, managed]) await put(one)
  edit(machine.path('.claude/settings.json'), '{', '{"model": "opus",')
  edit(machine.path('.codex/config.toml'), /^/, '# mine\r\nmodel = "x"\r\n')
  edit(machine.path('.codex/AGENTS.md'), /$/, 'Be kind.\n')
  edit(requirements(), /$/, '\n[late]\nx = 1\n')
  for (const one of [claude, codex, managed]) expect((await start(one)).person).toBeNull()
})

describe('told to the person, to the model, to the server, and by writ hosts alike', () => {
  const settings = (): string => machine.path('.claude/settings.json')
  const tamperings: [string, Place, () => void, string][] = [
    ['gate.sh is edited', claude, () => edit(gate('gate.sh'), /^ask\) ask ;;/m, 'ask) exit 0 ;;'), 'gate.sh'],
    ['stop.mjs is edited', claude, () => writeFileSync(gate('stop.mjs'), ''), 'stop.mjs'],
    ['gate.conf waits otherwise', claude, () => edit(gate('gate.conf'), "'30'", "'3'"), 'gate.conf'],
    ['calls run without a server', claude, () => edit(gate('gate.conf'), "'deny'", "'allow'"), 'gate.conf'],
    ['gate.json is gone', claude, () => rmSync(gate('gate.json')), 'gate.json in'],
    ['the settings are gone', claude, () => rmSync(settings()), 'settings.json is gone'],
    ['onFailure is gone', claude, () => edit(settings(), /,\s*"onFailure": "block"/, ''), 'settings.json'],
    ['a failing gate lets it run', claude, () => edit(settings(), 'ask || exit 2', 'ask || exit 0'), 'settings.json'],
    ['only some tools', claude, () => edit(settings(), '"matcher": "*"', '"matcher": "Read"'), 'settings.json'],
    ['settings that no client can read', claude, () => edit(settings(), '{', '{ // mine'), 'settings.json'],
    [
      'the MCP entry starts another program',
      claude,
      () => edit(machine.path('.claude.json'), 'mcp', 'x'),
      '.claude.json',
    ],
    [
      'a hook of Codex is another',
      codex,
      () => edit(machine.path('.codex/hooks.json'), 'ask ||', 'aks ||'),
      'hooks.json',
    ],
    [
      'the MCP entry of Codex is gone',
      codex,
      () => writeFileSync(machine.path('.codex/config.toml'), ''),
      'config.toml',
    ],
    [
      'a managed hook is commented out',
      managed,
      () => edit(requirements(), /^command = .*ask/m, '# $&'),
      'requirements.toml',
    ],
    [
      'a managed hook has no time',
      managed,
      () => edit(requirements(), 'timeout = 45', 'timeout = 1'),
      'requirements.toml',
    ],
  ]
  test.each(tamperings)('%s', async (_, one, tamper, named) => {
    await put(one)
    tamper()
    const { person, model } = await start(one)
    expect(person).toContain('Writ: this client is not set up as it was installed: ')
    expect(person).toContain(named)
    expect(model.startsWith(person ?? '-')).toBe(true)
    expect(await listed()).toEqual([expect.stringContaining(named)])
    const status = (await hostStatuses(machine)).find(({ host }) => host === one.host)?.installs[0]
    const isSound =
      status?.gate !== 'changed' && status?.files.every(({ state }) => state === 'same' || state === 'changed')
    expect(isSound).toBe(false)
  })

  test('install again, and the next session says so', async () => {
    await put(claude)
    edit(settings(), 'ask || exit 2', 'ask')
    await start(claude)
    expect(await listed()).toHaveLength(1)
    await put(claude)
    expect((await start(claude)).person).toBeNull()
    expect(await listed()).toEqual([])
  })
})

test('a gate that is led elsewhere is told to the server of the install all the same', async () => {
  await put(claude)
  edit(gate('gate.conf'), server.url, 'http://127.0.0.1:9')
  edit(gate('gate.conf'), /DIRECT='.*'/, "DIRECT='127.0.0.1/9'")
  const { person, model } = await start(claude)
  expect(person).toContain('gate.conf')
  expect(model).toContain('gate.conf')
  expect(await listed()).toEqual([expect.stringContaining('gate.conf')])
})

test('any POSIX shell tells it', async () => {
  await put(claude)
  expect((await start(claude, {}, '/bin/sh')).person).toBeNull()
  rmSync(gate('stop.mjs'))
  expect((await start(claude, {}, '/bin/sh')).person).toContain('stop.mjs')
})

test('no receipt: told', async () => {
  await put(claude)
  rmSync(gate('install.json'))
  expect((await start(claude)).person).toContain('the receipt of the install')
})

test.each([
  ['no Node', () => edit(gate('gate.conf'), process.execPath, '/no/node')],
  ['no program to check with', () => rmSync(gate('installed.mjs'))],
])('%s: that it could not be checked, beside the digest', async (_, tamper) => {
  await put(claude)
  tamper()
  const { person, model } = await start(claude)
  expect(person).toContain('could not be checked')
  expect(model).toContain('Writ governs this session')
})

test('no server: told, with what is changed', async () => {
  await install(machine, requestOf(claude, { server: 'http://127.0.0.1:9' }), new TestKeys(key))
  expect((await start(claude)).model).toMatch(/^Writ cannot be reached/)
  rmSync(machine.path('.claude/settings.json'))
  const { person, model } = await start(claude)
  expect(person).toContain('settings.json is gone')
  expect(model).toMatch(/settings\.json is gone.*\n.*/)
})

test('of a project only its own sessions tell', async () => {
  const project = place('claude-code', { scope: 'project', project: machine.path('p') })
  await put(claude)
  await put(project)
  rmSync(machine.path('p'), { recursive: true })
  expect((await start(claude, { cwd: machine.path('other') })).person).toBeNull()
  expect((await start(claude, { cwd: machine.path('p/deep') })).person).toContain(
    machine.path('p/.claude/settings.json'),
  )
})

test('names with quotes, backslashes and line ends stay words', async () => {
  const odd = place('claude-code', { scope: 'project', project: machine.path('a "b" \\c\nd $(e) %s') })
  await put(odd)
  rmSync(String(odd.project), { recursive: true })
  const { person, model } = await start(odd, { cwd: odd.project })
  expect(person).toContain('a "b" \\c?d $(e) %s')
  expect(model).toContain('Writ governs this session')
})
