import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { textOf } from '../bundle.ts'
import { claudeAndCodexPlugin } from './generate.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-plugin-'))
  for (const [path, { bytes }] of Object.entries(claudeAndCodexPlugin())) {
    mkdirSync(dirname(join(home, 'market', path)), { recursive: true })
    writeFileSync(join(home, 'market', path), bytes)
  }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

interface Hooks {
  readonly hooks: Readonly<Record<string, readonly { readonly hooks: readonly { readonly command: string }[] }[]>>
}
const hooks = (): Hooks => {
  const found = claudeAndCodexPlugin()['plugins/writ/hooks/hooks.json']
  return JSON.parse(found === undefined ? '{}' : textOf(found)) as Hooks
}

/** As either client runs it: the string for a shell, with the plugin's folder in the environment. */
async function run(event: string, env: Record<string, string> = {}) {
  const root = join(home, 'market/plugins/writ')
  const command = hooks().hooks[event]?.[0]?.hooks[0]?.command ?? ''
  const child = spawn('/bin/sh', ['-c', command], { env: { HOME: home, CLAUDE_PLUGIN_ROOT: root, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end('{}')
  const [code] = (await once(child, 'close')) as [number | null]
  return {
    code,
    stderr,
    answer: JSON.parse(stdout || 'null') as { hookSpecificOutput?: Record<string, string> } | null,
  }
}

test.each([
  ['claude', {}],
  ['codex', { PLUGIN_ROOT: '/p' }],
])('%s: without a gate every call is refused, and what to do is said', async (client, env) => {
  const ran = await run('PreToolUse', env)
  expect(ran).toMatchObject({ code: 2, answer: { hookSpecificOutput: { permissionDecision: 'deny' } } })
  expect(ran.answer?.hookSpecificOutput?.['permissionDecisionReason']).toContain(`Run: writ install ${client}`)
  expect((await run('SessionStart', env)).code).toBe(0)
  expect((await run('PostToolUse', env)).code).toBe(0)
})

test.each([
  ['claude-code', {}],
  ['codex', { PLUGIN_ROOT: '/p' }],
])('%s: the gate of this client is asked, with its own status', async (host, env) => {
  const folder = join(home, '.writ/hosts', host)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'gate.sh'),
    `printf '{"hookSpecificOutput":{"by":"${host} %s"}}' "$1"; exit $([ "$1" = ask ] && echo 2 || echo 0)`,
  )
  expect(await run('PreToolUse', env)).toMatchObject({ code: 2, answer: { hookSpecificOutput: { by: `${host} ask` } } })
  expect(await run('Stop', env)).toMatchObject({ code: 0, answer: { hookSpecificOutput: { by: `${host} stop` } } })
})

test('only what both clients read', () => {
  expect(Object.keys(hooks())).toEqual(['description', 'hooks'])
  for (const [event, groups] of Object.entries(hooks().hooks)) {
    for (const { command } of groups.flatMap((group) => group.hooks)) {
      expect([event, command]).toEqual([
        event,
        expect.stringMatching(event === 'PreToolUse' ? / \|\| exit 2$/ : / \|\| exit 0$/),
      ])
    }
  }
})
