import type { AlertKind } from './kinds.rules.ts'

/** What ingest tells of an event that was new. */
export interface Seen {
  readonly org_id: string
  readonly agent_id: string
  readonly kind: string
  readonly at: Date
  readonly received_at: Date
  readonly act_digest: string | null
  readonly status?: string | null | undefined
  readonly message: string | null
  readonly error: string | null
  readonly cost_micros: number | null
}

/** An agent that has to be looked at, and for what. */
export interface Suspect {
  readonly org_id: string
  readonly agent_id: string
  errors: boolean
  /** It reported the status error; the text is what it said. */
  broken: { readonly said: string | null } | undefined
  costs: boolean
  readonly digests: Set<string>
}

const keyOf = ({ org_id, agent_id }: Pick<Seen, 'org_id' | 'agent_id'>): string => `${org_id}\0${agent_id}`

export interface Signs {
  /** Whether the org set a limit for costs. */
  readonly hasCostLimit: (orgId: string) => boolean
  /** Whether the same call was seen so often that it may be a loop. */
  readonly repeats: (event: Seen & { readonly act_digest: string }) => boolean
  /** Whether the agent's alert of the kind was found so often just now that nobody has to look again. */
  readonly rests: (event: Seen, kind: AlertKind) => boolean
}

/** Agents whose events give a reason to look: most batches have none, and then nobody is asked anything. */
export function suspectsOf(events: readonly Seen[], { hasCostLimit, repeats, rests }: Signs): Map<string, Suspect> {
  const suspects = new Map<string, Suspect>()
  const suspect = (event: Seen): Suspect => {
    const known = suspects.get(keyOf(event))
    if (known) return known
    const { org_id, agent_id } = event
    const made = { org_id, agent_id, errors: false, broken: undefined, costs: false, digests: new Set<string>() }
    suspects.set(keyOf(event), made)
    return made
  }
  for (const event of events) {
    if (event.kind === 'error' && !rests(event, 'error')) suspect(event).errors = true
    if (event.status === 'error') suspect(event).broken = { said: event.error ?? event.message }
    const costs = event.cost_micros !== null && event.cost_micros > 0 && hasCostLimit(event.org_id)
    if (costs && !rests(event, 'cost_spike')) suspect(event).costs = true
    const digest = event.act_digest
    const again = digest !== null && repeats({ ...event, act_digest: digest })
    if (again && !rests(event, 'loop_detected')) suspect(event).digests.add(digest)
  }
  return suspects
}

export function merge(into: Map<string, Suspect>, more: ReadonlyMap<string, Suspect>): void {
  for (const [key, one] of more) {
    const known = into.get(key)
    if (!known) {
      into.set(key, one)
      continue
    }
    known.errors ||= one.errors
    known.costs ||= one.costs
    known.broken = one.broken ?? known.broken
    for (const digest of one.digests) known.digests.add(digest)
  }
}
