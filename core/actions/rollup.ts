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

const names = [
  'total',
  'completed',
  'failed',
  'high_risk',
  'risk_sum',
  'risk_squares',
  'cost_micros',
  'tokens_in',
  'tokens_out',
] as const

type SumsOfDay = Readonly<Record<'day' | 'agent_id' | (typeof names)[number], string>>

/** What these actions have added to the sums of their days. */
export async function sumsOf(trx: Kysely<Database>, orgId: string, actionIds: readonly string[]): Promise<SumsOfDay[]> {
  const { rows } = await sql<SumsOfDay>`
    select (created_at at time zone 'UTC')::date::text as day, agent_id, count(*) as total,
      count(*) filter (where outcome_status = 'completed') as completed,
      count(*) filter (where outcome_status in ('failed', 'lost_confirmation')) as failed,
      count(*) filter (where risk_score >= 70) as high_risk, sum(risk_score) as risk_sum,
      sum(risk_score * risk_score) as risk_squares,
      coalesce(sum(cost_micros), 0) as cost_micros,
      coalesce(sum(tokens_in), 0) as tokens_in, coalesce(sum(tokens_out), 0) as tokens_out
    from action_record where org_id = ${orgId} and action_id = any (${[...actionIds]}::text[])
    group by 1, 2`.execute(trx)
  return rows
}

/** Takes deleted actions out of the sums. The caller holds the org's ledger head. */
export async function takeFromRollup(trx: Kysely<Database>, orgId: string, sums: readonly SumsOfDay[]): Promise<void> {
  const columns = sql.join(names.map((name) => sql`${sql.ref(name)} bigint`))
  const less = sql.join(
    names.map((name) => sql`${sql.ref(name)} = ${sql.ref(`kept.${name}`)} - ${sql.ref(`gone.${name}`)}`),
  )
  const ofDays = sql.join(names.map((name) => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))
  await sql`
    with gone as (
      select * from json_to_recordset(${JSON.stringify(sums)}::json) as g (day date, agent_id text, ${columns})
    ), of_agents as (
      update action_rollup_day kept set ${less} from gone
      where kept.org_id = ${orgId} and kept.day = gone.day and kept.agent_id = gone.agent_id
    )
    update action_total_day kept set ${less} from (select day, ${ofDays} from gone group by day) as gone
    where kept.org_id = ${orgId} and kept.day = gone.day`.execute(trx)
}
