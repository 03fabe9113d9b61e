import type { Context } from '../kernel/context.ts'
import { ACTION, type Row } from './event.rules.ts'

const actionOf = ({ data }: Row): string | null => {
  const id = data?.[ACTION]
  return typeof id === 'string' ? id : null
}

/**
 * Events that name an action which is not one of their agent. An event that names one counts in no budget, so it must
 * not be enough to make a name up.
 */
export async function foreignActions(ctx: Context, rows: readonly Row[]): Promise<ReadonlySet<Row>> {
  const naming = rows.filter((row) => actionOf(row) !== null)
  if (naming.length === 0) return new Set()
  const ids = [...new Set(naming.flatMap((row) => actionOf(row) ?? []))]
  const known = await ctx.db
    .selectFrom('action_record')
    .select(['action_id', 'agent_id'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', 'in', ids)
    .execute()
  const agentOf = new Map(known.map(({ action_id, agent_id }) => [action_id, agent_id]))
  return new Set(naming.filter((row) => agentOf.get(actionOf(row) ?? '') !== row.agent_id))
}
