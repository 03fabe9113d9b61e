import { join } from 'node:path'
import { jsonFile } from '../bundle.ts'
import { hermesPlugin } from '../hermes/generate.ts'
import { yamlFormat } from './formats.ts'
import type { Host } from './host.ts'
import { putServer, stdioEntry, takeServer } from './mcp-entry.rules.ts'
import { ownFiles } from './own-files.ts'
import { structured, type Entries } from './part.ts'
import { gateDir } from './place.ts'
import { below, withKey, type Tree } from './tree.rules.ts'

export const hermes: Host = {
  name: 'hermes',
  title: 'Hermes',
  scopes: ['user'],
  program: 'hermes',
  hooks: { longestWait: 22 },
  parts: { plugin: structured({ format: yamlFormat, put, take }) },
  targets(machine, place) {
    const home = join(machine.home, '.hermes')
    const where = { connection: join(gateDir(machine, place), 'connection.json') }
    return [
      ...ownFiles(join(home, 'plugins/writ'), { ...hermesPlugin(), 'where.json': jsonFile(where) }),
      { path: join(home, 'config.yaml'), part: 'plugin', mode: 0o600 },
    ]
  },
}

/** A plugin is off until it is named. */
function put(tree: Tree, entries: Entries): Tree {
  const plugins = below(tree, 'plugins', 'plugins')
  const enabled = listed(plugins, 'enabled')
  const named = enabled.includes('writ') ? tree : { ...tree, plugins: { ...plugins, enabled: [...enabled, 'writ'] } }
  return putServer(named, 'mcp_servers', stdioEntry(entries))
}

function take(tree: Tree): Tree {
  const plugins = below(tree, 'plugins', 'plugins')
  const enabled = listed(plugins, 'enabled').filter((name) => name !== 'writ')
  return takeServer(withKey(tree, 'plugins', withKey(plugins, 'enabled', enabled)), 'mcp_servers')
}

function listed(plugins: Tree, key: string): readonly unknown[] {
  const list = plugins[key]
  if (list === undefined || list === null) return []
  if (Array.isArray(list)) return list
  throw new Error(`"plugins.${key}" must be a list; the client would not read it either.`)
}
