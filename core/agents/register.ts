import type { Selectable, Transaction } from 'kysely'
import { recordAct, type ActBy } from '#core/activity/index'
import { emitEvents } from '#core/events/index'
import type { Database } from '../db/database.ts'
import type { AgentTable } from './tables.ts'

export interface Registration {
  readonly agentId: string
  readonly agentName?: string | null | undefined
  readonly description?: string | null | undefined
  readonly at: Date
}

export interface Registered {
  readonly row: Selectable<AgentTable>
  /** False: it was registered already, and nothing that was said there has changed. */
  readonly isNew: boolean
}

/**
 * Lets an agent in, inside the caller's transaction and before it locks the ledger's head: what an admin does by name,
 * by making a key bound to the agent, or a person by consent. What is registered stays: a name or description only
 * fills a gap. Parallel registrations of one agent wait for each other, and one of them is on the ledger.
 */
export async function registerAgent(
  trx: Transaction<Database>,
  by: ActBy,
  { agentId, agentName = null, description = null, at }: Registration,
): Promise<Registered> {
  const { orgId } = by
  await trx
    .insertInto('agent')
    .values({ org_id: orgId, agent_id: agentId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const before = await trx
    .selectFrom('agent')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const isNew = before.registered_at === null
  const next = {
    // The name a registration gives stands over the one the agent gave itself.
    agent_name: isNew ? (agentName ?? before.agent_name) : (before.agent_name ?? agentName),
    description: before.description ?? description,
    registered_at: before.registered_at ?? at,
    registered_by: before.registered_by ?? by.principalId,
  }
  const fills = next.agent_name !== before.agent_name || next.description !== before.description
  if (!isNew && !fills) return { row: before, isNew }
  await trx.updateTable('agent').set(next).where('org_id', '=', orgId).where('agent_id', '=', agentId).execute()
  const event = isNew ? 'agent.registered' : 'agent.described'
  const data = { agent_name: next.agent_name, description: next.description }
  await recordAct(trx, by, { event, ref: agentId, at, data })
  await emitEvents(trx, orgId, at, [{ name: event, ref: agentId, payload: { agent_id: agentId, ...data } }])
  return { row: { ...before, ...next }, isNew }
}
