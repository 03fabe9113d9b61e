import { join } from 'node:path'
import { jsonFile } from '../bundle.ts'
import { openclawPlugin } from '../openclaw/generate.ts'
import { jsonc } from './formats.ts'
import type { Host } from './host.ts'
import { putServer, stdioEntry, takeServer } from './mcp-entry.rules.ts'
import { ownFiles } from './own-files.ts'
import { structured, type Entries } from './part.ts'
import { gateDir, type Machine } from './place.ts'
import { below, withKey, type Tree } from './tree.rules.ts'

const MARK = /[\\/]hosts[\\/]openclaw[\\/]plugin$/

export const openclaw: Host = {
  name: 'openclaw',
  title: 'OpenClaw',
  scopes: ['user'],
  program: 'openclaw',
  hooks: { longestWait: 9 },
  parts: { plugin: structured({ format: jsonc, put, take }) },
  targets(machine, place) {
    const folder = gateDir(machine, place)
    const where = { connection: join(folder, 'connection.json') }
    return [
      ...ownFiles(join(folder, 'plugin'), { ...openclawPlugin(), 'where.json': jsonFile(where) }),
      { path: configFile(machine), part: 'plugin', mode: 0o600 },
    ]
  },
}

export function configFile({ env, home }: Machine): string {
  const { OPENCLAW_CONFIG_PATH: file, OPENCLAW_STATE_DIR: folder } = env
  return file ?? join(folder ?? join(home, '.openclaw'), 'openclaw.json')
}

function put(tree: Tree, entries: Entries): Tree {
  const plugins = below(tree, 'plugins', 'plugins')
  const load = below(plugins, 'load', 'plugins.load')
  const folder = join(entries.gate, '../plugin')
  const paths = pathsOf(load).filter((path) => path === folder || !isOwn(path))
  const loaded = { ...load, paths: paths.includes(folder) ? paths : [...paths, folder] }
  const named = { ...below(plugins, 'entries', 'plugins.entries'), writ: { enabled: true } }
  // Where a list says which plugins may run, one that is not named does not.
  const allow =
    Array.isArray(plugins['allow']) && !plugins['allow'].includes('writ')
      ? [...plugins['allow'], 'writ']
      : plugins['allow']
  const after = { ...plugins, ...(allow === undefined ? {} : { allow }), load: loaded, entries: named }
  const mcp = below(tree, 'mcp', 'mcp')
  return { ...tree, plugins: after, mcp: putServer(mcp, 'servers', stdioEntry(entries)) }
}

function take(tree: Tree): Tree {
  const plugins = below(tree, 'plugins', 'plugins')
  const load = below(plugins, 'load', 'plugins.load')
  const others = pathsOf(load).filter((path) => !isOwn(path))
  if (others.length === pathsOf(load).length) return tree
  const named = withKey(below(plugins, 'entries', 'plugins.entries'), 'writ', undefined)
  const allow = Array.isArray(plugins['allow']) ? plugins['allow'].filter((name) => name !== 'writ') : undefined
  const listed = allow === undefined ? plugins : { ...plugins, allow }
  const left = withKey(withKey(listed, 'load', withKey(load, 'paths', others)), 'entries', named)
  return withKey(withKey(tree, 'plugins', left), 'mcp', takeServer(below(tree, 'mcp', 'mcp'), 'servers'))
}

function pathsOf(load: Tree): readonly unknown[] {
  const { paths } = load
  if (paths === undefined) return []
  if (Array.isArray(paths)) return paths
  throw new Error('"plugins.load.paths" must be a list; the client would not read it either.')
}

const isOwn = (path: unknown): boolean => typeof path === 'string' && MARK.test(path)
