import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'

/**
 * Which tools a client is shown: `core` the everyday ones, `catalog` search and call for the rest, a domain name
 * (`policies`, `ledger`, …) all operations of that domain as tools, `all` every operation. `read` keeps only what
 * changes nothing, in the list and behind the catalog.
 */
export interface Toolset {
  readonly core: boolean
  readonly catalog: boolean
  readonly all: boolean
  readonly domains: ReadonlySet<string>
  readonly readOnly: boolean
}

export const defaultToolset: Toolset = {
  core: true,
  catalog: true,
  all: false,
  domains: new Set(),
  readOnly: false,
}

const GROUPS = ['core', 'catalog', 'all', 'read']

export function domainOf(op: Operation): string {
  return op.name.slice(0, op.name.indexOf('_'))
}

/** Names separated by commas; nothing, or `read` alone, means the default set. Throws a Fault that lists the names. */
export function toolsetOf(text: string | null | undefined, operations: readonly Operation[]): Toolset {
  const names = (text ?? '').split(',').flatMap((part) => part.trim().toLowerCase() || [])
  const known = new Set(operations.filter((op) => op.mcp !== 'hidden').map(domainOf))
  const unknown = names.filter((name) => !GROUPS.includes(name) && name !== 'default' && !known.has(name))
  if (unknown.length > 0) {
    throw new Fault('invalid_input', `Unknown toolset: ${unknown.join(', ')}`, {
      details: [`toolsets: allowed are default, ${GROUPS.join(', ')}, ${[...known].toSorted().join(', ')}`],
    })
  }
  const chosen = new Set(names)
  const readOnly = chosen.delete('read')
  if (chosen.size === 0 || chosen.delete('default')) {
    chosen.add('core')
    chosen.add('catalog')
  }
  return {
    core: chosen.delete('core'),
    catalog: chosen.delete('catalog'),
    all: chosen.delete('all'),
    domains: chosen,
    readOnly,
  }
}

/** Whether this operation is a tool of its own in the set. */
export function isListed(toolset: Toolset, op: Operation): boolean {
  if (!isReachable(toolset, op)) return false
  return toolset.all || (toolset.core && op.mcp === 'direct') || toolset.domains.has(domainOf(op))
}

/** Whether this operation may be called at all through the set, as a tool or through the catalog. */
export function isReachable(toolset: Toolset, op: Operation): boolean {
  return op.mcp !== 'hidden' && (!toolset.readOnly || op.annotations.readOnly)
}
