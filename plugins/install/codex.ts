import { isDeepStrictEqual } from 'node:util'
import { dirname, join } from 'node:path'
import { json } from './formats.ts'
import { hookGroups, isOwnHandler } from './hook-entries.rules.ts'
import { ownHandlers, putGroups, putHooks } from './hook-groups.rules.ts'
import type { Host } from './host.ts'
import { putServer, stdioEntry, takeServer } from './mcp-entry.rules.ts'
import { markedBlock, structured, type Entries } from './part.ts'
import { systemRoot, type Machine, type Place } from './place.ts'
import { tomlFormat } from './toml.ts'
import { below, withKey, type Tree } from './tree.rules.ts'

const own = isOwnHandler('codex')

/** Ours among the hooks that Codex lists. */
export const isCodexHook = (hook: object): boolean => own(hook)

export const codex: Host = {
  name: 'codex',
  title: 'Codex',
  scopes: ['user', 'project', 'managed'],
  program: 'codex',
  hooks: { longestWait: 3600 },
  parts: {
    hooks: structured({
      format: json,
      put: (tree, entries) => putHooks(onlyKnown(tree), hookGroups(entries, 'codex'), own),
      take: (tree) => putHooks(tree, [], own),
    }),
    config: structured({
      format: tomlFormat,
      put: putConfig,
      take: (tree, trusted) => takeServer(withoutTrust(tree, trusted), 'mcp_servers'),
    }),
    trust: structured({ format: tomlFormat, put: (tree) => tree, take: withoutTrust }),
    requirements: structured({ format: tomlFormat, put: putRequirements, take: takeRequirements }),
    'agents-md': markedBlock('<!-- writ:begin -->', '<!-- writ:end -->', advice),
  },
  targets(machine, { scope, project }) {
    if (scope === 'managed') return [{ path: requirementsFile(machine), part: 'requirements', mode: 0o644 }]
    const folder = scope === 'project' && project !== undefined ? join(project, '.codex') : codexHome(machine)
    const words = scope === 'project' && project !== undefined ? join(project, 'AGENTS.md') : join(folder, 'AGENTS.md')
    return [
      { path: words, part: 'agents-md', mode: 0o644 },
      { path: join(folder, 'config.toml'), part: 'config', mode: 0o600 },
      { path: hooksFile(machine, { host: 'codex', scope, project }), part: 'hooks', mode: 0o600 },
    ]
  },
}

export function codexHome({ env, home }: Machine): string {
  return env['CODEX_HOME'] ?? join(home, '.codex')
}

export function hooksFile(machine: Machine, { scope, project }: Place): string {
  return join(scope === 'project' && project !== undefined ? join(project, '.codex') : codexHome(machine), 'hooks.json')
}

function requirementsFile(machine: Machine): string {
  return join(systemRoot(machine), 'etc/codex/requirements.toml')
}

/** One key more, and Codex drops the whole file without a word. */
function onlyKnown(tree: Tree): Tree {
  const odd = Object.keys(tree).find((key) => key !== 'hooks' && key !== 'description')
  if (odd === undefined) return tree
  throw new Error(
    `Codex passes over the whole file because of "${odd}": only "description" and "hooks" may stand there`,
  )
}

function putConfig(tree: Tree, entries: Entries): Tree {
  const limits = { startup_timeout_sec: 20, tool_timeout_sec: 120 }
  return putServer(tree, 'mcp_servers', { ...stdioEntry(entries), ...limits })
}

/** Trust in hooks that are gone would wait there for whatever comes to stand in their place. */
function withoutTrust(tree: Tree, trusted: readonly string[]): Tree {
  const hooks = below(tree, 'hooks', 'hooks')
  const state = below(hooks, 'state', 'hooks.state')
  if (!trusted.some((key) => key in state)) return tree
  const left = Object.entries(state).filter(([key]) => !trusted.includes(key))
  return withKey(tree, 'hooks', withKey(hooks, 'state', Object.fromEntries(left)))
}

function putRequirements(tree: Tree, entries: Entries): Tree {
  const hooks = below(tree, 'hooks', 'hooks')
  const folder = dirname(entries.gate)
  const others = hooks['managed_dir']
  if (others !== undefined && others !== folder && ownHandlers(tree, own).length === 0) {
    throw new Error(`hooks.managed_dir is ${JSON.stringify(others)} already, and Codex knows one such folder`)
  }
  const groups = putGroups({ ...hooks, managed_dir: folder }, hookGroups(entries, 'codex'), own)
  const features = { ...below(tree, 'features', 'features'), hooks: true }
  const after = { ...tree, features, hooks: groups }
  return isDeepStrictEqual(after, tree) ? tree : after
}

function takeRequirements(tree: Tree): Tree {
  const had = ownHandlers(tree, own).length > 0
  const hooks = putGroups(below(tree, 'hooks', 'hooks'), [], own)
  return withKey(tree, 'hooks', had ? withKey(hooks, 'managed_dir', undefined) : hooks)
}

function advice({ wait }: Entries): string {
  return [
    '## Writ',
    '',
    'Every tool call here is asked about at Writ before it runs. A call that is refused comes back with the reason and',
    `what to do next: read it. Where a person has to decide, the call waits up to ${wait} seconds; when it comes back as`,
    'not decided yet, tell the person, and make exactly the same call again once they have allowed it. Never look for',
    'another way to the same effect. `writ_guard` tells beforehand what would be ruled.',
  ].join('\n')
}
