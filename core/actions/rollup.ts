import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import type { ActionTotalDayTable } from './tables.ts'

/** What is added to the sums of a day; what is absent stays as it is. */
export interface RollupDelta {
  readonly completed?: number
  readonly failed?: number
  readonly cost_micros?: number
  readonly tokens_in?: number
  readonly tokens_out?: number
}

/**
 * Adds to the sums of the day the action was created on, of its agent and of its org alike: both rows exist since the
 * action was recorded. The caller holds the org's ledger head, so that nobody waits here.
 */
export async function addToRollup(
  trx: Kysely<Database>,
  row: Pick<ActionRow, 'org_id' | 'agent_id' | 'created_at'>,
  { completed = 0, failed = 0, cost_micros = 0, tokens_in = 0, tokens_out = 0 }: RollupDelta,
): Promise<void> {
  if ([completed, failed, cost_micros, tokens_in, tokens_out].every((by) => by === 0)) return
  const added = sql`
    completed = completed + ${completed}::bigint, failed = failed + ${failed}::bigint,
    cost_micros = cost_micros + ${cost_micros}::bigint,
    tokens_in = tokens_in + ${tokens_in}::bigint, tokens_out = tokens_out + ${tokens_out}::bigint`
  const ofDay = sql`org_id = ${row.org_id} and day = (${row.created_at}::timestamptz at time zone 'UTC')::date`
  await sql`
    with of_agent as (update action_rollup_day set ${added} where ${ofDay} and agent_id = ${row.agent_id})
    update action_total_day set ${added} where ${ofDay}`.execute(trx)
}

/** The sums by day of one agent, or of the whole org: then one row a day, however many agents there are. */
export function rollupOf({ db, actor }: Context, agentId: string | undefined) {
  const days =
    agentId === undefined
      ? sql<ActionTotalDayTable>`(select * from action_total_day where org_id = ${actor.orgId})`
      : sql<ActionTotalDayTable>`(select * from action_rollup_day where org_id = ${actor.orgId} and agent_id = ${agentId})`
  return db.selectFrom(days.as('days'))
}
