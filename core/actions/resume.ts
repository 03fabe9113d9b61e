import { isStopped, snapshots } from '#core/guard/index'
import { assertKeyValidUnder } from '#core/keys/index'
import type { Context } from '../kernel/context.ts'
import { releaseApproved } from './store.ts'
import type { ActionRow } from './schema.ts'

const APPROVED_FOR_MS = 15 * 60_000

/**
 * The action that already stands for this very act: pending, or approved in the last minutes and not yet used.
 * A retry of an act that waits must not ask the person again, and an approved act is handed out once.
 */
export async function resumable(
  ctx: Context,
  agentId: string,
  act: string,
  decisionId: string | undefined,
): Promise<ActionRow | null> {
  const { orgId, principalId } = ctx.actor
  const now = ctx.now()
  const approval = await ctx.db
    .selectFrom('approval')
    .select(['action_id', 'state', 'released_at', 'released_to'])
    .where('org_id', '=', orgId)
    .where('act_digest', '=', act)
    .where('agent_id', '=', agentId)
    .where('state', 'in', ['pending', 'approved'])
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'pending'), eb('expires_at', '>', now)]),
        eb.and([eb('state', '=', 'approved'), eb('decided_at', '>', new Date(now.getTime() - APPROVED_FOR_MS))]),
      ]),
    )
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  if (!approval) return null
  const snapshot = await ctx.runtime.use(snapshots).current(orgId)
  if (isStopped(snapshot, agentId)) return null
  await assertKeyValidUnder(ctx, snapshot.control)
  if (approval.state === 'approved') {
    const mine = decisionId !== undefined && approval.released_to === decisionId
    const released =
      mine || (await releaseApproved(ctx.db, { orgId, actionId: approval.action_id, to: principalId, at: now }))
    if (!released) return null
  }
  const row = await ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('action_id', '=', approval.action_id)
    .executeTakeFirst()
  return row ?? null
}
