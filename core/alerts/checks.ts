import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { OrgSettings } from '#core/settings/index'
import type { Database } from '../db/database.ts'
import { brokenDraft, costDraft, ERROR_WINDOW_MS, errorsDraft, loopDraft, type AlertDraft } from './kinds.rules.ts'
import type { Suspect } from './watch.rules.ts'

/** Calls of one agent that came again and are looked up in one round. */
const MAX_DIGESTS = 20
/** What is more often than this, and than it has to be for an alert, is not counted to its end. */
const COUNTED = 100
/** A sender's clock may be so far behind; what is older is history that was sent later. */
const BEHIND_MS = 5 * 60_000

export interface Check {
  readonly db: Kysely<Database>
  readonly orgId: string
  readonly settings: OrgSettings
  readonly now: Date
  /** The org's costs were found too high just now. */
  readonly orgRests: boolean
}

/** What is wrong with suspects of one org: a bounded range of one index per agent and question. */
export async function checkSuspects(check: Check, suspects: readonly Suspect[]): Promise<AlertDraft[]> {
  return [
    ...(await tooManyErrors(
      check,
      suspects.filter((one) => one.errors),
    )),
    ...(await broken(
      check,
      suspects.filter((one) => one.broken !== undefined),
    )),
    ...(await loops(
      check,
      suspects.filter((one) => one.digests.size > 0),
    )),
    ...(await costs(
      check,
      suspects.filter((one) => one.costs),
    )),
  ]
}

const idsOf = (suspects: readonly Suspect[]) => sql`${suspects.map((one) => one.agent_id)}::text[]`

interface Wanted {
  readonly columns: string
  readonly withinMs: number
  /** Which events count, and how many of them are enough. */
  readonly which: RawBuilder<unknown>
  readonly most: RawBuilder<unknown>
}

/** So many are counted where `enough` raise an alert. */
const mostOf = (enough: number): number => Math.max(enough, COUNTED)

/** The newest events of `agent_id` since a time; errors have an index of their own. */
function newest({ orgId, now }: Check, { columns, withinMs, which, most }: Wanted) {
  const since = new Date(now.getTime() - withinMs)
  const oldest = new Date(since.getTime() - BEHIND_MS)
  return sql`(select * from (select at, ${sql.raw(columns)} from agent_event as e
    where e.org_id = ${orgId} and e.agent_id = given.agent_id and e.received_at > ${since} and ${which}
    order by e.received_at desc limit ${most}) as newest where at > ${oldest})`
}

async function tooManyErrors(check: Check, suspects: readonly Suspect[]): Promise<AlertDraft[]> {
  if (suspects.length === 0) return []
  const limit = check.settings.alert_errors_per_minute
  const most = mostOf(limit + 1)
  const errors = newest(check, {
    columns: 'received_at, error',
    withinMs: ERROR_WINDOW_MS,
    which: sql`e.kind = 'error'`,
    most: sql`${most}::integer`,
  })
  const { rows } = await sql<{ agent_id: string; errors: number; last: string | null }>`
    select given.agent_id, seen.errors, seen.last from unnest(${idsOf(suspects)}) as given (agent_id)
    cross join lateral (
      select count(*) as errors, (array_agg(error order by received_at desc))[1] as last from ${errors} as e) as seen
    where seen.errors > ${limit}`.execute(check.db)
  return rows.map(({ agent_id: agentId, errors: count, last }) =>
    errorsDraft({ agentId, errors: count, isAll: count < most, limit, last }, check.now),
  )
}

/** Only when error is what it said last: a batch may end with a recovery. */
async function broken({ db, orgId }: Check, suspects: readonly Suspect[]): Promise<AlertDraft[]> {
  if (suspects.length === 0) return []
  const said = new Map(suspects.map((one) => [one.agent_id, one.broken?.said ?? null]))
  const rows = await db
    .selectFrom('agent_stat')
    .select('agent_id')
    .where('org_id', '=', orgId)
    .where('agent_id', 'in', [...said.keys()])
    .where('reported_status', '=', 'error')
    .execute()
  return rows.map(({ agent_id: agentId }) => brokenDraft(agentId, said.get(agentId) ?? null))
}

async function loops(check: Check, suspects: readonly Suspect[]): Promise<AlertDraft[]> {
  if (suspects.length === 0) return []
  const { alert_loop_calls: enough, alert_loop_minutes: minutes } = check.settings
  const given = JSON.stringify(
    suspects.map((one) => ({ agent_id: one.agent_id, digests: [...one.digests].slice(-MAX_DIGESTS) })),
  )
  const calls = newest(check, {
    columns: 'tool, act_digest',
    withinMs: minutes * 60_000,
    which: sql`e.kind = 'tool_call' and e.act_digest = any(given.digests)`,
    most: sql`${mostOf(enough)}::integer * cardinality(given.digests)`,
  })
  const { rows } = await sql<{ agent_id: string; tool: string | null; calls: number }>`
    select given.agent_id, seen.tool, seen.calls
    from json_to_recordset(${given}::json) as given (agent_id text, digests text[])
    cross join lateral (
      select min(tool) as tool, count(*) as calls from ${calls} as e
      group by e.act_digest order by count(*) desc limit 1) as seen
    where seen.calls >= ${enough}`.execute(check.db)
  return rows.map(({ agent_id: agentId, tool, calls: count }) =>
    loopDraft({ agentId, tool, calls: count, isAll: count < mostOf(enough), minutes }, check.now),
  )
}

async function costs(check: Check, suspects: readonly Suspect[]): Promise<AlertDraft[]> {
  if (suspects.length === 0) return []
  const { db, orgId, settings, now } = check
  const { alert_agent_cost_usd: perAgent, alert_org_cost_usd: perOrg } = settings
  const day = now.toISOString().slice(0, 10)
  const drafts: AlertDraft[] = []
  if (perAgent !== null) {
    const { rows } = await sql<{ agent_id: string; micros: number }>`
      select agent_id, sum(cost_micros)::bigint as micros from agent_usage_day
      where org_id = ${orgId} and agent_id = any(${idsOf(suspects)}) and day = ${day}::date
      group by agent_id having sum(cost_micros) > ${Math.round(perAgent * 1e6)}`.execute(db)
    for (const { agent_id: agentId, micros } of rows) {
      drafts.push(costDraft({ agentId, micros, limitUsd: perAgent }, now))
    }
  }
  if (perOrg !== null && !check.orgRests) {
    const { rows } = await sql<{ micros: number | null }>`
      select sum(cost_micros)::bigint as micros from org_usage_day
      where org_id = ${orgId} and day = ${day}::date`.execute(db)
    const micros = rows[0]?.micros ?? 0
    if (micros > perOrg * 1e6) drafts.push(costDraft({ agentId: '', micros, limitUsd: perOrg }, now))
  }
  return drafts
}
