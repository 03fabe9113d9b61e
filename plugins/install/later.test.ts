import { readdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { install } from './install.ts'
import type { HostName, Place } from './place.ts'
import { requestOf, TestKeys, TestMachine } from './test-machine.ts'
import { uninstall } from './uninstall.ts'

let machine: TestMachine
beforeEach(() => {
  machine = new TestMachine()
})
afterEach(() => machine.remove())

const place = (host: HostName, more: Partial<Place> = {}): Place => ({ host, scope: 'user', ...more })
const claude = place('claude-code')
const parsed = (file: string): Record<string, never> => JSON.parse(machine.read(file)) as Record<string, never>
const settings = '.claude/settings.json'

test('changed since: only ours goes, everything else stays, order too', async () => {
  machine.write(settings, '{"a": 1, "hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "x"}]}]}}')
  await install(machine, requestOf(claude), new TestKeys())
  const now = parsed(settings) as Record<string, unknown>
  const hooks = now['hooks'] as Record<string, unknown[]>
  hooks['PreToolUse']?.push({ hooks: [{ type: 'command', command: 'late' }] })
  hooks['Stop']?.unshift({ hooks: [{ type: 'command', command: 'early' }] })
  machine.write(settings, JSON.stringify({ ...now, b: 2 }, null, 3))
  const { files } = await uninstall(machine, claude)
  expect(files).toContainEqual({ path: machine.path(settings), action: 'clean' })
  expect(parsed(settings)).toEqual({
    a: 1,
    b: 2,
    hooks: {
      PreToolUse: [{ hooks: [{ type: 'command', command: 'x' }] }, { hooks: [{ type: 'command', command: 'late' }] }],
      Stop: [{ hooks: [{ type: 'command', command: 'early' }] }],
    },
  })
  expect(machine.read(settings)).toContain('\n   "b": 2')
})

test('changed since and installed again: an uninstall gives back the change, not the first state', async () => {
  machine.write(settings, '{"a": 1}\n')
  await install(machine, requestOf(claude), new TestKeys())
  machine.write(settings, machine.read(settings).replace('"a": 1', '"a": 2'))
  const keys = new TestKeys()
  await install(machine, requestOf(claude, { wait: 60 }), keys)
  expect(machine.read(settings)).toContain('"timeout": 75')
  await uninstall(machine, claude)
  expect(machine.read(settings)).toBe('{\n  "a": 2\n}\n')
})

test('TOML and text changed since keep what is foreign, comments too', async () => {
  const config = '# mine\n[mcp_servers.other]\ncommand = "a" # why\n'
  machine.write('.codex/config.toml', config)
  machine.write('.codex/AGENTS.md', 'Be brief.\n')
  await install(machine, requestOf(place('codex')), new TestKeys())
  machine.write('.codex/config.toml', `${machine.read('.codex/config.toml')}\n[late]\nx = 1\n`)
  machine.write('.codex/AGENTS.md', `${machine.read('.codex/AGENTS.md')}Be kind.\n`)
  await uninstall(machine, place('codex'))
  expect(machine.read('.codex/config.toml')).toBe(`${config}\n[late]\nx = 1\n`)
  expect(machine.read('.codex/AGENTS.md')).toBe('Be brief.\nBe kind.\n')
})

test('a file that broke meanwhile stops the uninstall before anything is removed', async () => {
  await install(machine, requestOf(claude), new TestKeys())
  machine.write(settings, `${machine.read(settings)}{`)
  const before = machine.snapshot()
  await expect(uninstall(machine, claude)).rejects.toThrow('nothing was changed')
  expect(machine.snapshot()).toEqual(before)
})

test('a file that is gone is nobody’s business; a second uninstall says that nothing is there', async () => {
  await install(machine, requestOf(claude), new TestKeys())
  rmSync(machine.path(settings))
  await uninstall(machine, claude)
  await expect(uninstall(machine, claude)).rejects.toThrow('Nothing is installed there')
  expect(readdirSync(machine.home)).toEqual([])
})

test('person and project share the gate; it goes with the last of them, and so does the key', async () => {
  const keys = new TestKeys()
  const project = place('claude-code', { scope: 'project', project: machine.path('p') })
  await install(machine, requestOf(claude), keys)
  await install(machine, requestOf(project), keys)
  expect(keys.made).toEqual(['key_1'])
  expect((await uninstall(machine, claude)).key).toBeNull()
  expect(machine.read('.writ/hosts/claude-code/gate.sh')).not.toBe('')
  expect((await uninstall(machine, project)).key).toEqual({ id: 'key_1', server: 'http://127.0.0.1:3000' })
  expect(readdirSync(machine.home)).toEqual([])
})

test('another agent, another server, a key that was ended: a new key, and the old one is told', async () => {
  const keys = new TestKeys()
  await install(machine, requestOf(claude), keys)
  const other = await install(machine, requestOf(claude, { agent: 'other' }), keys)
  expect(other).toMatchObject({ changed: true, replacedKey: 'key_1' })
  keys.revoked.push('key_2')
  expect(await install(machine, requestOf(claude, { agent: 'other' }), keys)).toMatchObject({ replacedKey: 'key_2' })
  const brought = await install(machine, requestOf(claude, { agent: 'other' }), new TestKeys('writ_brought'))
  expect(brought.replacedKey).toBe('key_3')
  expect((await uninstall(machine, claude)).key).toBeNull()
})

test('ten installs at once are one install with one key', async () => {
  machine.write(settings, '{"hooks": {"Stop": []}}')
  const before = machine.snapshot()
  const keys = new TestKeys()
  const done = await Promise.all(Array.from({ length: 10 }, () => install(machine, requestOf(claude), keys)))
  expect(done.filter(({ changed }) => changed)).toHaveLength(1)
  expect(keys.made).toHaveLength(1)
  expect(machine.read(settings).match(/ask \|\| exit 2/g)).toHaveLength(1)
  await uninstall(machine, claude)
  expect(machine.snapshot()).toEqual(before)
})

test('a lock whose holder has died holds nobody', async () => {
  machine.write('.writ/hosts/.lock', '4194305')
  expect((await install(machine, requestOf(claude), new TestKeys())).changed).toBe(true)
})

test('a gate alone leaves every file of the client as it was, and installing all later adds them', async () => {
  await install(machine, requestOf(claude, { gateOnly: true }), new TestKeys())
  expect(readdirSync(machine.home)).toEqual(['.writ'])
  expect(machine.read('.writ/hosts/claude-code/gate.conf')).toContain("HOST='claude-code'")
  await install(machine, requestOf(claude), new TestKeys())
  expect(machine.read(settings)).toContain('gate.sh')
  await uninstall(machine, claude)
  expect(readdirSync(machine.home)).toEqual([])
})
