import { emitEvents, eventHub } from '#core/events/index'
import { appendEntries } from '#core/ledger/index'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'

export const AgentPause = z
  .object({
    agent_id: z.string(),
    paused: z.boolean(),
    reason: z.string().nullable(),
    paused_by: z.string().nullable(),
    paused_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'AgentPause' })

/** Pauses or resumes one agent, also one that was never seen. Repeating it changes nothing. */
export async function setPause(
  ctx: Context,
  agentId: string,
  pause: { readonly reason: string | null } | null,
): Promise<z.output<typeof AgentPause>> {
  const { orgId, principalId, principalName, address } = ctx.actor
  const at = ctx.now()
  const wanted = pause
    ? { paused_at: at, paused_by: principalName, pause_reason: pause.reason }
    : { paused_at: null, paused_by: null, pause_reason: null }
  const row = await ctx.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('agent')
      .values({
        org_id: orgId,
        agent_id: agentId,
        agent_name: null,
        first_seen_at: at,
        last_seen_at: at,
        paused_at: null,
        paused_by: null,
        pause_reason: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const changed = await trx
      .updateTable('agent')
      .set(wanted)
      .where('org_id', '=', orgId)
      .where('agent_id', '=', agentId)
      .where('paused_at', pause ? 'is' : 'is not', null)
      .returning('agent_id')
      .executeTakeFirst()
    if (changed) {
      const event = pause ? 'agent.paused' : 'agent.resumed'
      await emitEvents(trx, orgId, at, [
        { name: event, ref: agentId, payload: { agent_id: agentId, by: principalName, reason: pause?.reason ?? null } },
      ])
      const data = { event, by: principalId, address: address ?? null, reason: pause?.reason ?? null }
      await appendEntries(trx, orgId, [{ kind: 'admin', ref: agentId, at, data }])
    }
    return trx
      .selectFrom('agent')
      .select(['agent_id', 'paused_at', 'paused_by', 'pause_reason'])
      .where('org_id', '=', orgId)
      .where('agent_id', '=', agentId)
      .executeTakeFirstOrThrow()
  })
  ctx.runtime.use(eventHub).nudge(orgId)
  return {
    agent_id: row.agent_id,
    paused: row.paused_at !== null,
    reason: row.pause_reason,
    paused_by: row.paused_by,
    paused_at: row.paused_at?.toISOString() ?? null,
  }
}
