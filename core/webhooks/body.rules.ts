import type { EndpointRow } from './schema.ts'

export interface Told {
  readonly name: string
  readonly at: Date
  readonly data: Readonly<Record<string, unknown>>
}

/** Writ's events under the names that Clawmit's document has for them. */
const CLAWMIT_NAMES: Readonly<Record<string, string>> = {
  'agent.registered': 'agent.created',
  'agent.described': 'agent.updated',
  'agent.paused': 'agent.updated',
  'agent.resumed': 'agent.updated',
}

/** The body of a delivery: `{event, timestamp, data}` in the names of the endpoint's format. */
export function bodyOf(format: EndpointRow['format'], { name, at, data }: Told): string {
  const timestamp = at.toISOString()
  if (format === 'writ') return JSON.stringify({ event: name, timestamp, data })
  return JSON.stringify({ event: CLAWMIT_NAMES[name] ?? name, timestamp, data: clawmitData(name, data) })
}

/** Field names in camelCase; the id and the name of what it is about are `id` and `name`. */
function clawmitData(name: string, data: Told['data']): Record<string, unknown> {
  const thing = name.split('.', 1)[0] ?? ''
  const own: Readonly<Record<string, string>> = { [`${thing}_id`]: 'id', [`${thing}_name`]: 'name' }
  const named = Object.entries(data).map(([key, value]) => [own[key] ?? camel(key), value])
  return Object.fromEntries(named) as Record<string, unknown>
}

const camel = (key: string): string => key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** Filters in Clawmit's names as Writ's; a name that both have stands for itself. */
export function clawmitFilters(names: readonly string[]): string[] {
  return [...new Set(names.flatMap(oursOf))]
}

function oursOf(theirs: string): readonly string[] {
  const known = ours.filter((name) => CLAWMIT_NAMES[name] === theirs)
  return known.length > 0 ? known : [theirs]
}

/** The other way: what an endpoint was made with. */
export function clawmitNames(filters: readonly string[]): string[] {
  return [...new Set(filters.map((filter) => CLAWMIT_NAMES[filter] ?? filter))]
}

const ours = Object.keys(CLAWMIT_NAMES)
