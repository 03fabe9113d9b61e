import { eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { afterClosing } from './closing.ts'
import type { ActionRow } from './schema.ts'

const SENTENCE = 'The approval expired before anybody decided.'

/** Expires one overdue approval; false when somebody decided it or expired it first. */
async function expire(runtime: Runtime, orgId: string, actionId: string): Promise<boolean> {
  const at = runtime.now()
  const done = await transact(runtime.db, async (trx) => {
    const approval = await trx
      .updateTable('approval')
      .set({ state: 'expired', decided_at: at })
      .where('org_id', '=', orgId)
      .where('action_id', '=', actionId)
      .where('state', '=', 'pending')
      .where('expires_at', '<=', at)
      .returning(['id', 'act_digest'])
      .executeTakeFirst()
    if (!approval) return false
    const row = await trx
      .updateTable('action_record')
      .set({
        status: 'expired',
        error_message: SENTENCE,
        outcome_status: 'failed',
        outcome_at: at,
        outcome_error: SENTENCE,
        close_source: 'expiry',
        timestamp_end: at,
        updated_at: at,
      })
      .where('org_id', '=', orgId)
      .where('action_id', '=', actionId)
      .returningAll()
      .executeTakeFirstOrThrow()
    const data = { action_id: actionId, approval_id: approval.id, state: 'expired', act_digest: approval.act_digest }
    const entries = [{ kind: 'approval' as const, ref: actionId, at, data }]
    await afterClosing(trx, row, { at, by: 'system:approval-expiry', outcome: 'failed', entries })
    return true
  })
  if (done) runtime.use(eventHub).nudge(orgId)
  return done
}

/** An approval that ran out is told as expired by whoever reads it first, not only by the sweep. */
export async function expireOverdue(ctx: Context, row: ActionRow): Promise<ActionRow> {
  const overdue =
    row.status === 'pending_approval' && row.approval_expires_at !== null && row.approval_expires_at <= ctx.now()
  if (!overdue) return row
  await expire(ctx.runtime, row.org_id, row.action_id)
  return ctx.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .executeTakeFirstOrThrow()
}

/** Expires overdue approvals of all orgs, oldest first; answers how many. One that cannot be is logged and tried again. */
export async function expireDueApprovals(runtime: Runtime, limit = 200): Promise<number> {
  const due = await runtime.db
    .selectFrom('approval')
    .select(['org_id', 'action_id'])
    .where('state', '=', 'pending')
    .where('expires_at', '<=', runtime.now())
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  let expired = 0
  for (const { org_id, action_id } of due) {
    try {
      if (await expire(runtime, org_id, action_id)) expired += 1
    } catch (error) {
      runtime.log.error({ err: error, org: org_id, action: action_id }, 'an approval could not be expired')
    }
  }
  return expired
}
