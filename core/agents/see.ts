import { sql, type Transaction } from 'kysely'
import { lockHead } from '#core/ledger/index'
import { effectiveSettings } from '#core/settings/index'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'

export interface Seen {
  readonly agentId: string
  readonly agentName: string | null
  readonly at: Date
}

/**
 * Notes inside the caller's transaction that an agent was heard of, other than by a guard decision, and leaves its row
 * locked. Throws AGENT_NOT_REGISTERED for an agent that nobody knows while enrolment is closed.
 */
export async function seeAgent(
  ctx: Pick<Context, 'actor' | 'runtime'>,
  trx: Transaction<Database>,
  { agentId, agentName, at }: Seen,
): Promise<void> {
  const { orgId } = ctx.actor
  const note = (open: boolean) => {
    const row = { org_id: orgId, agent_id: agentId, agent_name: agentName, at, open }
    return sql`select writ_see_agents(${JSON.stringify([row])}::json)`.execute(trx)
  }
  await note(false)
  if (await isKnown(trx, orgId, agentId)) return
  await note(true)
  // The closing of enrolment moves the head: either it waits for this transaction, or it is seen here.
  await lockHead(trx, orgId)
  const rows = await trx.selectFrom('org_setting').select(['key', 'value']).where('org_id', '=', orgId).execute()
  if (effectiveSettings(rows, ctx.runtime.settings).agent_enrolment === 'open') return
  throw new Fault('AGENT_NOT_REGISTERED', notRegistered(agentId), { data: { agent_id: agentId } })
}

async function isKnown(trx: Transaction<Database>, orgId: string, agentId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('agent')
    .select(['first_seen_at', 'registered_at'])
    .where('org_id', '=', orgId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  return row !== undefined && (row.first_seen_at !== null || row.registered_at !== null)
}

/** What to do about it, for the agent and for the person it works for. */
export function notRegistered(agentId: string | null): string {
  if (agentId === null) {
    return 'The call names no agent, and the enrolment of agents is closed here: name a registered one by agent_id, or use a key bound to one.'
  }
  return (
    `The agent "${agentId}" is not registered, and the enrolment of agents is closed here. ` +
    'An admin can register it: POST /api/agents with this agent_id, or `writ agents register`.'
  )
}
