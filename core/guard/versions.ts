import { sql } from 'kysely'
import type { Runtime } from '../kernel/runtime.ts'
import type { ActRequest } from './schema.ts'

const MAX_AGENTS = 20_000

/**
 * Which version each agent of an org acts as when a request names none: the current one, or the only one that has a
 * share of its work. Null where versions share the work, as only the agent knows then, and of an agent without versions.
 *
 * It belongs to one snapshot. An agent is looked up once, when it first acts; a later change of its version or its
 * shares moves the control revision, so that no decision made on what is remembered here is recorded any more.
 */
export class CurrentVersions {
  readonly #runtime: Runtime
  readonly #orgId: string
  /** False: no agent of the org has a version. */
  readonly #any: boolean
  readonly #known = new Map<string, string | null>()

  constructor(runtime: Runtime, orgId: string, any: boolean) {
    this.#runtime = runtime
    this.#orgId = orgId
    this.#any = any
  }

  /** Undefined: it must be looked up. */
  remembered(agentId: string): string | null | undefined {
    return this.#any ? this.#known.get(agentId) : null
  }

  async of(agentId: string): Promise<string | null> {
    const known = this.remembered(agentId)
    if (known !== undefined) return known
    const { rows } = await sql<{ version: string | null }>`
      select case shares when 0 then current_version_id when 1 then only_one end as version
      from agent, lateral (
        select count(*)::int as shares, min(version_id) as only_one from agent_traffic
        where agent_traffic.org_id = agent.org_id and agent_traffic.agent_id = agent.agent_id
      ) as traffic
      where org_id = ${this.#orgId} and agent_id = ${agentId}`.execute(this.#runtime.db)
    const version = rows[0]?.version ?? null
    if (this.#known.size >= MAX_AGENTS) this.#known.clear()
    this.#known.set(agentId, version)
    return version
  }
}

/** The request with the version its agent acts as: what it says of itself stands, whether that is registered or not. */
export async function versioned<R extends Pick<ActRequest, 'agent_version'>>(
  { versions }: { readonly versions: CurrentVersions },
  request: R,
  agentId: string | null,
): Promise<R> {
  if (request.agent_version !== undefined || agentId === null) return request
  const known = versions.remembered(agentId)
  const version = known === undefined ? await versions.of(agentId) : known
  return version === null ? request : { ...request, agent_version: version }
}
