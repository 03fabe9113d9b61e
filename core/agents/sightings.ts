import { resource, type Runtime } from '../kernel/runtime.ts'

/** One agent that was heard of, as it goes to `writ_see_agents`. */
export interface Sighting {
  readonly org_id: string
  readonly agent_id: string
  readonly agent_name: string | null
  readonly at: Date
  /** Whether an agent that nobody knows yet becomes known by it: enrolment was open. */
  readonly open: boolean
}

/** An agent that acts all the time is written down once in so long. */
const REPEAT_MS = 60_000
const MAX_AGENTS = 20_000

/**
 * Agents known to exist, and when each was last written down, so that what records decisions need not ask. An agent
 * that is known stays known: only a yes is remembered. Two generations, so that memory stays bounded.
 */
export class Sightings {
  readonly #runtime: Runtime
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Those of the sightings that are to be written down, once each and without the order of calls. */
  due(sightings: readonly Sighting[]): readonly Sighting[] {
    const due = new Map<string, Sighting>()
    for (const one of sightings) {
      const key = keyOf(one.org_id, one.agent_id)
      const told = this.#of(key)
      if (told === undefined || one.at.getTime() - told >= REPEAT_MS) due.set(key, one)
    }
    return [...due.values()]
  }

  /** They are on disk. */
  told(sightings: readonly Sighting[]): void {
    for (const one of sightings) this.#put(keyOf(one.org_id, one.agent_id), one.at.getTime())
  }

  /** True when the agent is known for certain; false when that must be looked up. */
  remembers(orgId: string, agentId: string): boolean {
    return this.#of(keyOf(orgId, agentId)) !== undefined
  }

  /** Whether the agent was seen or registered. */
  async isKnown(orgId: string, agentId: string): Promise<boolean> {
    if (this.remembers(orgId, agentId)) return true
    const row = await this.#runtime.db
      .selectFrom('agent')
      .select('agent_id')
      .where('org_id', '=', orgId)
      .where('agent_id', '=', agentId)
      .where((eb) => eb.or([eb('first_seen_at', 'is not', null), eb('registered_at', 'is not', null)]))
      .executeTakeFirst()
    if (row) this.#put(keyOf(orgId, agentId), 0)
    return row !== undefined
  }

  #of(key: string): number | undefined {
    const told = this.#young.get(key)
    if (told !== undefined) return told
    const before = this.#old.get(key)
    if (before !== undefined) this.#put(key, before)
    return before
  }

  #put(key: string, at: number): void {
    if (this.#young.size >= MAX_AGENTS && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, at)
  }
}

function keyOf(orgId: string, agentId: string): string {
  return `${orgId}\0${agentId}`
}

export const sightings = resource<Sightings>({ name: 'agents.sightings', open: (runtime) => new Sightings(runtime) })
