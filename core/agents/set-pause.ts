import { heldNews } from '#core/actions/index'
import { recordAct } from '#core/activity/index'
import { announce, eventHub } from '#core/events/index'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
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

interface Pause {
  readonly reason: string | null
}

/** Pauses or resumes one agent, also one that was never seen. Repeating it changes nothing. */
export async function setPause(
  ctx: Context,
  agentId: string,
  pause: Pause | null,
): Promise<z.output<typeof AgentPause>> {
  const { orgId } = ctx.actor
  const row = await transact(ctx.db, async (trx) => {
    await ensureAgent(trx, orgId, agentId)
    const changed = await trx
      .updateTable('agent')
      .set(
        pause
          ? { paused_at: ctx.now(), paused_by: ctx.actor.principalName, pause_reason: pause.reason }
          : { paused_at: null, paused_by: null, pause_reason: null },
      )
      .where('org_id', '=', orgId)
      .where('agent_id', '=', agentId)
      .where('paused_at', pause ? 'is' : 'is not', null)
      .returning('agent_id')
      .executeTakeFirst()
    if (changed) await record(ctx, trx, agentId, pause)
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

/** A row to hang the pause on. It does not make the agent known: that is being seen or registered. */
async function ensureAgent(trx: Transaction<Database>, orgId: string, agentId: string): Promise<void> {
  await trx
    .insertInto('agent')
    .values({ org_id: orgId, agent_id: agentId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function record(ctx: Context, trx: Transaction<Database>, agentId: string, pause: Pause | null): Promise<void> {
  const { orgId, principalName } = ctx.actor
  const at = ctx.now()
  const event = pause ? 'agent.paused' : 'agent.resumed'
  const reason = pause?.reason ?? null
  await recordAct(trx, ctx.actor, { event, ref: agentId, at, data: { reason } })
  await announce(trx, orgId, {
    at,
    entries: [],
    events: [
      { name: event, ref: agentId, payload: { agent_id: agentId, by: principalName, reason } },
      ...(pause ? [] : await heldNews(trx, orgId, agentId)),
    ],
  })
}
