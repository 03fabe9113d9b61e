import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import { HISTORY_DAYS } from './anomaly.rules.ts'

/** Whose costs, and of which days (UTC, both included); without days all there are. */
export interface CostRange {
  readonly agentId: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
}

export interface CostSum {
  readonly cost: number
  readonly tokens: number
  readonly unpriced: number
}

export interface NamedSum extends CostSum {
  readonly name: string
}

/** All that is asked of a caller here: whose org it is. */
export type OrgScope = Pick<Context, 'db'> & { readonly actor: Pick<Context['actor'], 'orgId'> }

const TOP = 100
const MAX_DAYS = 366
const MANY_AGENTS = 1000

const SUMS = sql`coalesce(sum(cost_micros), 0)::bigint as cost, coalesce(sum(tokens), 0)::bigint as tokens,
  coalesce(sum(unpriced), 0)::bigint as unpriced`

/** The sums of one agent, or those of the org, which are written beside them: both are a few rows a day. */
function sumsIn({ actor }: OrgScope, { agentId, from, to }: CostRange) {
  const days = sql`${from === undefined ? sql`` : sql`and day >= ${from}::date`}
    ${to === undefined ? sql`` : sql`and day <= ${to}::date`}`
  return agentId === undefined
    ? sql`org_usage_day where org_id = ${actor.orgId} ${days}`
    : sql`agent_usage_day where org_id = ${actor.orgId} and agent_id = ${agentId} ${days}`
}

export async function totalCost(ctx: Context, range: CostRange): Promise<CostSum> {
  const { rows } = await sql<CostSum>`select ${SUMS} from ${sumsIn(ctx, range)}`.execute(ctx.db)
  return rows[0] ?? { cost: 0, tokens: 0, unpriced: 0 }
}

/** Dearest first. */
export async function costBy(ctx: Context, range: CostRange, column: 'model' | 'version_id'): Promise<NamedSum[]> {
  const { rows } = await sql<NamedSum>`
    select ${sql.ref(column)} as name, ${SUMS} from ${sumsIn(ctx, range)}
    group by ${sql.ref(column)} having sum(cost_micros) > 0 or sum(tokens) > 0 or sum(unpriced) > 0
    order by cost desc, name limit ${sql.lit(TOP)}`.execute(ctx.db)
  return rows
}

export interface TaskCost {
  readonly name: string
  readonly cost: number
  readonly count: number
  /** Of all names, also those that are not answered. */
  readonly whole: number
}

/**
 * Tasks that ended, by name, dearest first: of one agent, or of all of them in the days of the range, which the caller
 * keeps short.
 */
export async function costByTask({ actor, db }: Context, { agentId, from, to }: CostRange): Promise<TaskCost[]> {
  const { rows } = await sql<TaskCost>`
    select task as name, sum(cost_micros)::bigint as cost, sum(successes + failures + partials)::bigint as count,
      (sum(sum(cost_micros)) over ())::bigint as whole
    from agent_task_day where org_id = ${actor.orgId} ${agentId === undefined ? sql`` : sql`and agent_id = ${agentId}`}
      ${from === undefined ? sql`` : sql`and day >= ${from}::date`}
      ${to === undefined ? sql`` : sql`and day <= ${to}::date`}
    group by task order by cost desc, task limit ${sql.lit(TOP)}`.execute(db)
  return rows
}

/** The newest days, oldest first. */
export async function costByDay(ctx: Context, range: CostRange): Promise<NamedSum[]> {
  const { rows } = await sql<NamedSum>`
    select day::text as name, ${SUMS} from ${sumsIn(ctx, range)}
    group by day order by day desc limit ${sql.lit(MAX_DAYS)}`.execute(ctx.db)
  return rows.toReversed()
}

/**
 * Dearest first. Of all time an index gives the first hundred, however many agents there are; of a range the sums of its
 * days are added up.
 */
export async function costByAgent(ctx: OrgScope, range: CostRange): Promise<NamedSum[]> {
  const { orgId } = ctx.actor
  const { agentId, from, to } = range
  const ofAgents =
    agentId !== undefined
      ? sql`select ${agentId}::text as name, ${SUMS} from ${sumsIn(ctx, range)}`
      : from === undefined && to === undefined
        ? sql`select agent_id as name, cost_micros as cost, tokens, unpriced from agent_stat
            where org_id = ${orgId} order by cost_micros desc, agent_id limit ${sql.lit(TOP)}`
        : sql`select agent_id as name, ${SUMS} from agent_usage_day where org_id = ${orgId}
            ${from === undefined ? sql`` : sql`and day >= ${from}::date`}
            ${to === undefined ? sql`` : sql`and day <= ${to}::date`}
            group by agent_id order by cost desc, agent_id limit ${sql.lit(TOP)}`
  const { rows } = await sql<NamedSum>`
    select name, cost, tokens, unpriced from (${ofAgents}) as sums
    where cost > 0 or tokens > 0 or unpriced > 0 order by cost desc, name`.execute(ctx.db)
  return rows
}

/** Whether adding up what each agent cost takes so long that it is not done for each call. */
export async function hasManyAgents({ db, actor }: OrgScope): Promise<boolean> {
  const one = db.selectFrom('agent_stat').select('agent_id').where('org_id', '=', actor.orgId)
  return (await one.orderBy('agent_id').offset(MANY_AGENTS).limit(1).execute()).length > 0
}

/** Each is looked up by its key: asked for as a set, the database would rather read all agents. */
export async function agentNames(ctx: OrgScope, agentIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ agent_id: string; agent_name: string | null }>`
    select wanted as agent_id, (
      select agent_name from agent where org_id = ${ctx.actor.orgId} and agent_id = wanted
    ) as agent_name from unnest(${agentIds}::text[]) as wanted`.execute(ctx.db)
  return new Map(rows.flatMap(({ agent_id: id, agent_name: name }) => (name === null ? [] : [[id, name]])))
}

export interface DayCost {
  readonly day: string
  readonly cost: number
}

/** Costs of the day and the 28 before it: of each agent that is named, or (the key is empty) of the org. */
export async function costHistory(
  ctx: OrgScope,
  day: string,
  agentIds: readonly string[] | undefined,
): Promise<Map<string, DayCost[]>> {
  const { orgId } = ctx.actor
  const range = sql`day between ${day}::date - ${sql.lit(HISTORY_DAYS)} and ${day}::date`
  const { rows } = await sql<DayCost & { agent_id: string }>`${
    agentIds === undefined
      ? sql`select '' as agent_id, day::text as day, sum(cost_micros)::bigint as cost from org_usage_day
          where org_id = ${orgId} and ${range} group by org_usage_day.day`
      : sql`select agent_id, day::text as day, sum(cost_micros)::bigint as cost from agent_usage_day
          where org_id = ${orgId} and agent_id = any(${agentIds}::text[]) and ${range}
          group by agent_id, agent_usage_day.day`
  }`.execute(ctx.db)
  return Map.groupBy(rows, (row) => row.agent_id)
}
