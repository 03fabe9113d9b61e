import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import { findAction, releaseApproved } from './store.ts'

/**
 * Telling the asking principal that its act was approved hands the act out. Clients of the wire contract have no
 * call of their own for that: they read the action after the wait. From then on a retry of the same act asks anew.
 */
export async function deliverRelease(ctx: Context, row: ActionRow): Promise<ActionRow> {
  if (row.approved_by === null || row.released_at !== null) return row
  await releaseApproved(ctx, row.action_id)
  return (await findAction(ctx, row.action_id)) ?? row
}
