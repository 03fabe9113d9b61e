import { gateShell } from '../hooks/gate-files.ts'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jsonc } from './formats.ts'
import { install, planInstall } from './install.ts'
import type { HostName, Place } from './place.ts'
import { requestOf, TestKeys, TestMachine } from './test-machine.ts'
import { uninstall } from './uninstall.ts'

let machine: TestMachine
beforeEach(() => {
  machine = new TestMachine()
})
afterEach(() => machine.remove())

const place = (host: HostName, more: Partial<Place> = {}): Place => ({ host, scope: 'user', ...more })
const put = (host: HostName, keys = new TestKeys(), more: Partial<Place> = {}) =>
  install(machine, requestOf(place(host, more)), keys)

const foreignHook = { type: 'command', command: 'my-linter', timeout: 5 }
const foreign = {
  model: 'opus',
  hooks: {
    PreToolUse: [{ matcher: 'Bash', hooks: [foreignHook] }, { hooks: [{ type: 'command', command: 'second' }] }],
    Notification: [{ hooks: [{ type: 'command', command: 'ding' }] }],
  },
  permissions: { allow: ['Bash(ls)'] },
}
const pretty = (value: unknown, indent: number | string = 2): string => JSON.stringify(value, null, indent)
const toml =
  '# mine\nmodel = "x"   # keep\n\n[mcp_servers.other]\ncommand = \'a\'\nargs = [\n  "1", # one\n  "2",\n]\n\n[profiles.p]\nx = 1.0\n'

const yaml =
  '# mine\nmodel: x   # keep\nplugins:\n  # those\n  enabled:\n    - other\nmcp_servers:\n  a:\n    command: "a"\n'

interface Start {
  readonly host: HostName
  readonly file: string
  readonly text: string
}
const texts = (host: HostName, file: string, all: Record<string, string>): [string, Start][] =>
  Object.entries(all).map(([name, text]) => [`${host} ${file}: ${name}`, { host, file, text }])

const json = {
  empty: '',
  'an empty object': '{}',
  'an object on one line': '{"hooks":{}}\n',
  'no final newline': pretty({ hooks: foreign.hooks }),
  'tabs and CRLF': pretty({ hooks: foreign.hooks }, '\t').replaceAll('\n', '\r\n'),
  'a BOM': `\uFEFF${pretty({ hooks: {} })}\n`,
}
const starts: [string, Start][] = [
  ...texts('claude-code', '.claude/settings.json', { ...json, 'foreign settings': pretty(foreign, 4) }),
  ...texts('claude-code', '.claude.json', {
    'a foreign server': pretty({ n: 1, mcpServers: { a: { command: 'x' } } }),
  }),
  ...texts('claude-code', '.claude.json', {
    'a server of our name': pretty({ mcpServers: { writ: { command: 'x' } } }),
  }),
  ...texts('codex', '.codex/hooks.json', json),
  ...texts('codex', '.codex/config.toml', {
    empty: '',
    comments: '# only a comment',
    'foreign tables': toml,
    CRLF: toml.replaceAll('\n', '\r\n'),
    'no final newline': toml.trimEnd(),
    'a BOM': `\uFEFF${toml}`,
  }),
  ...texts('claude-desktop', '.config/Claude/claude_desktop_config.json', json),
  ...texts('hermes', '.hermes/config.yaml', {
    empty: '',
    comments: '# only a comment\n',
    'foreign plugins': yaml,
    CRLF: yaml.replaceAll('\n', '\r\n'),
    'no final newline': yaml.trimEnd(),
    'a list on one line': 'plugins: {enabled: [a, b]} # mine\n',
  }),
  ...texts('openclaw', '.openclaw/openclaw.json', {
    ...json,
    comments: '{\n  // mine\n  "plugins": {\n    "load": { "paths": ["/x"] }, // last\n  },\n}\n',
    'a list of what may run': pretty({ plugins: { allow: ['other'], entries: { other: { enabled: true } } } }),
  }),
  ...texts('codex', '.codex/AGENTS.md', { empty: '', text: '# Mine\n\nBe brief.\n', 'no final newline': 'Be brief.' }),
]

describe('from every start', () => {
  test.each(starts)('%s: ours goes in, and out again byte for byte', async (_, { host, file, text }) => {
    machine.write(file, text, 0o640)
    const before = machine.snapshot()
    expect((await put(host)).changed).toBe(true)
    expect(machine.read(file)).not.toBe(text)
    expect(statSync(machine.path(file)).mode & 0o777).toBe(0o640)
    const after = machine.snapshot()
    expect(await put(host)).toMatchObject({ changed: false, replacedKey: null })
    expect(machine.snapshot()).toEqual(after)
    await uninstall(machine, place(host))
    expect(machine.snapshot()).toEqual(before)
  })

  const scopes = [{}, { scope: 'project', project: '' }, { scope: 'managed' }] as const
  test.each([
    ['claude-code', scopes],
    ['codex', scopes],
    ['hermes', [{}]],
    ['openclaw', [{}]],
    ['claude-desktop', [{}]],
  ] as const)('%s: nothing there before, nothing there after', async (host, places) => {
    for (const one of places) {
      const more = 'project' in one ? { ...one, project: machine.path('p') } : one
      const before = machine.snapshot()
      await put(host, new TestKeys(), more)
      expect(machine.snapshot()).not.toEqual(before)
      expect((await put(host, new TestKeys(), more)).changed).toBe(false)
      await uninstall(machine, place(host, more))
      expect(machine.snapshot()).toEqual(before)
    }
  })

  test('a linked file stays a link, and what it leads to is written', async () => {
    machine.write('dotfiles/claude.json', pretty(foreign))
    mkdirSync(machine.path('.claude'))
    symlinkSync('../dotfiles/claude.json', machine.path('.claude/settings.json'))
    const before = machine.snapshot()
    await put('claude-code')
    expect(machine.snapshot()['home/.claude/settings.json']).toBe('link ../dotfiles/claude.json')
    expect(machine.read('dotfiles/claude.json')).toContain('gate.sh')
    await uninstall(machine, place('claude-code'))
    expect(machine.snapshot()).toEqual(before)
  })
})

describe('what stands in the files', () => {
  test('Claude Code: foreign hooks stay in their order, ours come last and close on failure', async () => {
    machine.write('.claude/settings.json', pretty(foreign))
    await put('claude-code')
    const { hooks, ...others } = JSON.parse(machine.read('.claude/settings.json'))
    expect(others).toEqual({ model: 'opus', permissions: foreign.permissions })
    expect(Object.keys(hooks)).toEqual([
      'PreToolUse',
      'Notification',
      'SessionStart',
      'PostToolUse',
      'PostToolUseFailure',
      'Stop',
      'SessionEnd',
    ])
    expect(hooks.PreToolUse.slice(0, 2)).toEqual(foreign.hooks.PreToolUse)
    const gate = machine.path('.writ/hosts/claude-code/gate.sh')
    expect(hooks.PreToolUse[2]).toEqual({
      matcher: '*',
      hooks: [{ type: 'command', command: `${gateShell()} '${gate}' ask || exit 2`, timeout: 45, onFailure: 'block' }],
    })
    const servers = JSON.parse(machine.read('.claude.json')).mcpServers
    expect(servers.writ).toMatchObject({ type: 'stdio', command: machine.node, env: { WRIT_HOME: machine.writHome } })
    expect(servers.writ.args).toEqual([machine.bin, 'mcp', '--host', 'claude-code'])
  })

  test('no key stands in a file of the client, and ours only the person can read', async () => {
    await put('claude-code')
    await put('codex')
    const folder = machine.path('.writ/hosts/codex')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of ['gate.sh', 'gate.conf', 'curl.conf', 'connection.json']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    }
    for (const file of ['.claude.json', '.claude/settings.json', '.codex/config.toml', '.codex/hooks.json']) {
      expect(machine.read(file)).not.toContain('writ_secret')
    }
    expect(readFileSync(join(folder, 'install.json'), 'utf8')).not.toContain('writ_secret')
  })

  test('managed: readable for those it governs, writable for nobody else', async () => {
    await put('codex', new TestKeys(), { scope: 'managed' })
    const root = machine.env.WRIT_TEST_ROOT
    const folder = join(root, 'opt/writ/hosts/codex')
    expect(statSync(folder).mode & 0o777).toBe(0o755)
    expect(statSync(join(folder, 'gate.sh')).mode & 0o777).toBe(0o644)
    const text = readFileSync(join(root, 'etc/codex/requirements.toml'), 'utf8')
    expect(text).toContain(`managed_dir = "${folder}"`)
    expect(text).toContain('hooks = true')
    expect(text).toContain(`${gateShell()} '${folder}/gate.sh' ask || exit 2`)
  })
})

describe('clients with a program of their own', () => {
  test('Hermes: named among its plugins, and told where the connection is', async () => {
    machine.write('.hermes/config.yaml', yaml)
    await put('hermes')
    const text = machine.read('.hermes/config.yaml')
    expect(text).toContain('# mine\nmodel: x')
    expect(text).toMatch(/ {2}# those\n {2}enabled:\n {4}- other\n {4}- writ\n/)
    expect(text).toContain('args:\n      - /opt/writ/bin.mjs\n      - mcp\n')
    const where = JSON.parse(machine.read('.hermes/plugins/writ/where.json'))
    expect(JSON.parse(readFileSync(where.connection, 'utf8'))).toMatchObject({ server: 'http://127.0.0.1:3000' })
  })

  test('OpenClaw: loaded, enabled and allowed, with every comment kept', async () => {
    machine.write(
      '.openclaw/openclaw.json',
      '{\n  // mine\n  "plugins": { "allow": ["a"], "load": { "paths": ["/x"] } }, // end\n}\n',
    )
    await put('openclaw')
    const text = machine.read('.openclaw/openclaw.json')
    expect(text).toContain('// mine')
    expect(text).toContain('// end')
    const plugin = machine.path('.writ/hosts/openclaw/plugin')
    expect(jsonc.parse(text)).toMatchObject({
      plugins: { allow: ['a', 'writ'], load: { paths: ['/x', plugin] }, entries: { writ: { enabled: true } } },
      mcp: { servers: { writ: { command: machine.node } } },
    })
  })

  test('no managed or project install where the client knows none', async () => {
    await expect(put('claude-desktop', new TestKeys(), { scope: 'managed' })).rejects.toThrow('possible is user')
  })
})

describe('refused, with nothing touched', () => {
  const broken: [HostName, string, string, string][] = [
    ['claude-code', '.claude/settings.json', '{"hooks": ', 'JSON'],
    ['claude-code', '.claude/settings.json', '{\n// mine\n"hooks": {}}', 'JSON'],
    ['claude-code', '.claude/settings.json', '[]', 'one object'],
    ['claude-code', '.claude/settings.json', '{"hooks": []}', '"hooks" must be an object'],
    ['claude-code', '.claude/settings.json', '{"hooks": {"PreToolUse": {}}}', 'must be a list'],
    ['claude-code', '.claude/settings.json', '{"hooks": {}, "hooks": {}}', 'stands twice'],
    ['claude-code', '.claude.json', '{', 'JSON'],
    ['codex', '.codex/config.toml', 'a = = 1', ''],
    ['codex', '.codex/hooks.json', '{"$schema": "x", "hooks": {}}', '"$schema"'],
    ['hermes', '.hermes/config.yaml', 'a: [', ''],
    ['hermes', '.hermes/config.yaml', 'plugins:\n  enabled: yes\n', 'must be a list'],
    ['openclaw', '.openclaw/openclaw.json', '{plugins: {entries: {}}}', ''],
    ['codex', '.codex/AGENTS.md', '<!-- writ:begin -->\nhalf', 'the marks'],
  ]
  test.each(broken)('%s %s: %s', async (host, file, text, why) => {
    machine.write(file, text)
    const before = machine.snapshot()
    const keys = new TestKeys()
    await expect(put(host, keys)).rejects.toThrow(why)
    await expect(put(host, keys)).rejects.toThrow(`${machine.path(file)}: `)
    expect(machine.snapshot()).toEqual(before)
    expect(keys.made).toEqual([])
  })

  test('a folder this user may not write: told, undone, and the key that was made is ended', async () => {
    mkdirSync(machine.path('.claude'))
    chmodSync(machine.path('.claude'), 0o555)
    const keys = new TestKeys()
    for (const path of [machine.root, machine.home]) chmodSync(path, 0o777)
    const before = machine.snapshot()
    const wasRoot = process.geteuid?.() === 0
    if (wasRoot) process.seteuid?.(65_534)
    try {
      await expect(put('claude-code', keys)).rejects.toThrow(
        `${machine.path('.claude/skills')}: this user may not write here`,
      )
    } finally {
      if (wasRoot) process.seteuid?.(0)
    }
    expect(keys.revoked).toEqual(keys.made)
    expect(machine.snapshot()).toEqual(before)
    chmodSync(machine.path('.claude'), 0o755)
  })

  test('a plan touches nothing and tells every file', () => {
    const before = machine.snapshot()
    const files = planInstall(machine, requestOf(place('codex')))
    expect(files.map(({ action }) => action)).toEqual(['create', 'create', 'create'])
    expect(machine.snapshot()).toEqual(before)
  })
})
