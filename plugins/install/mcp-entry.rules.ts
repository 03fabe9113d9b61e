import type { Entries } from './part.ts'
import { below, isTree, withKey, type Tree } from './tree.rules.ts'

const NAME = 'writ'

/** The tree with our MCP server among those below `key`. */
export function putServer(tree: Tree, key: string, entry: Tree): Tree {
  return withKey(tree, key, { ...below(tree, key, key), [NAME]: entry })
}

export function takeServer(tree: Tree, key: string): Tree {
  const servers = below(tree, key, key)
  return isOwn(servers[NAME]) ? withKey(tree, key, withKey(servers, NAME, undefined)) : tree
}

/** A server of our name that somebody else wrote stays. */
function isOwn(entry: unknown): boolean {
  const args = isTree(entry) ? entry['args'] : undefined
  return Array.isArray(args) && args.includes('mcp') && args.includes('--host')
}

export function stdioEntry({ mcp }: Entries): Tree {
  return { command: mcp.command, args: mcp.args, env: mcp.env }
}
