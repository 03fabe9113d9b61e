import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import { releaseApproved } from './store.ts'

/**
 * Telling the asking principal that its act was approved hands the act out. Clients of the wire contract have no
 * call of their own for that: they read the action after the wait. From then on a retry of the same act asks anew.
 */
export async function deliverRelease(ctx: Context, row: ActionRow): Promise<ActionRow> {
  const waits = row.approved_by !== null && row.released_at === null && row.created_by === ctx.actor.principalId
  if (!waits) return row
  const at = ctx.now()
  await releaseApproved(ctx.db, {
    orgId: ctx.actor.orgId,
    actionId: row.action_id,
    to: ctx.actor.principalId,
    at,
  })
  return { ...row, released_at: at }
}
