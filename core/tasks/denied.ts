import type { Context } from '../kernel/context.ts'
import type { TaskRow } from './schema.ts'

/** Why a person does not want this task done, if one said no; nobody is asked about it again. */
export async function deniedReason(ctx: Context, row: TaskRow): Promise<string | null> {
  if (row.approval_action_id === null) return null
  const ruling = await ctx.db
    .selectFrom('approval')
    .select(['decided_by', 'reasoning'])
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.approval_action_id)
    .where('state', '=', 'denied')
    .executeTakeFirst()
  if (!ruling) return null
  const why = ruling.reasoning === null ? '' : `: ${ruling.reasoning}`
  return `Denied by ${ruling.decided_by ?? 'a person'}${why}`
}
