import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Sample } from './compare.rules.ts'
import type { MeasureRow } from './report.rules.ts'
import type { DriftBaselineTable } from './tables.ts'
import { dayOf, firstDays, firstPicture, type Days } from './window.rules.ts'

/** Rarer buckets of a category are counted together. */
const MAX_BUCKETS = 200

export interface AgentKey {
  readonly orgId: string
  readonly agentId: string
}

export interface Baseline extends Days {
  readonly version_id: string | null
  readonly pinned: boolean
  /** Null: not fixed yet. */
  readonly taken_at: Date | null
}

type BaselineRow = Pick<Selectable<DriftBaselineTable>, 'first_day' | 'last_day' | 'version_id' | 'pinned' | 'taken_at'>

/** The one that was fixed or pinned, else the first days of the agent; undefined where there is nothing of it. */
export async function baselineOf(db: Kysely<Database>, agent: AgentKey): Promise<Baseline | undefined> {
  const row = await db
    .selectFrom('drift_baseline')
    .select(['first_day', 'last_day', 'version_id', 'pinned', 'taken_at'])
    .where('org_id', '=', agent.orgId)
    .where('agent_id', '=', agent.agentId)
    .executeTakeFirst()
  if (row) return toBaseline(row)
  const days = await firstPictureOf(db, agent, null)
  return days && { ...days, version_id: null, pinned: false, taken_at: null }
}

export function toBaseline({ first_day, last_day, ...rest }: BaselineRow): Baseline {
  return { first: first_day, last: last_day, ...rest }
}

/** The first days of an agent, or of one version of it, that are enough to know it by. */
export async function firstPictureOf(
  db: Kysely<Database>,
  { orgId, agentId }: AgentKey,
  versionId: string | null,
): Promise<Days | undefined> {
  const ofAgent = sql`org_id = ${orgId} and agent_id = ${agentId}`
  const ofVersion = versionId === null ? sql`` : sql`and version_id = ${versionId}`
  const acted = versionId === null ? sql`(select min(day) from action_rollup_day where ${ofAgent})` : sql`null`
  const { rows } = await sql<{ day: string | null }>`
    select least((select min(day) from agent_measure_day where ${ofAgent} ${ofVersion}), ${acted}) as day`.execute(db)
  const first = rows[0]?.day ?? null
  if (first === null) return undefined
  const { last } = firstDays(first)
  const seen = await sql<{ day: string; n: string }>`
    select day, max(n) as n from (
      select day, sum(n) as n from agent_measure_day
        where ${ofAgent} ${ofVersion} and day between ${first}::date and ${last}::date group by day, dimension
      union all
      select day, total as n from action_rollup_day
        where ${ofAgent} and day between ${first}::date and ${last}::date and ${versionId === null}
    ) as daily group by day order by day`.execute(db)
  return firstPicture(seen.rows.map(({ day, n }) => ({ day, n: Number(n) })))
}

type Columns = Readonly<
  Record<'dimension' | 'bucket' | 'n1' | 'total1' | 'squares1' | 'n2' | 'total2' | 'squares2', string>
>

/** The sums of an agent in both windows. The risk of its acts is summed up elsewhere, in whole numbers up to 100. */
export async function windowSums(
  db: Kysely<Database>,
  { orgId, agentId }: AgentKey,
  baseline: Baseline,
  current: Days,
): Promise<MeasureRow[]> {
  const ofAgent = sql`org_id = ${orgId} and agent_id = ${agentId}`
  const within = ({ first, last }: Days) => sql`day between ${first}::date and ${last}::date`
  const before =
    baseline.version_id === null ? within(baseline) : sql`${within(baseline)} and version_id = ${baseline.version_id}`
  const { rows } = await sql<Columns>`
    with parts as (
      select dimension, bucket, day, version_id, n, total, squares from agent_measure_day
        where ${ofAgent} and ((${before}) or ${within(current)})
      union all
      select 'risk', '', day, ${baseline.version_id ?? ''}, total, risk_sum / 100.0::float8, risk_squares / 10000.0::float8
        from action_rollup_day where ${ofAgent} and total > 0 and (${within(baseline)} or ${within(current)})
    ), sums as (
      select dimension, bucket,
        ${sql.join(['n', 'total', 'squares'].flatMap((name) => [summed(name, within(baseline), 1), summed(name, within(current), 2)]))}
      from parts group by 1, 2
    ), ranked as (
      select *, row_number() over (partition by dimension order by n1 + n2 desc, bucket) as place from sums
    )
    select dimension, case when place <= ${MAX_BUCKETS} then bucket else '' end as bucket, sum(n1) as n1,
      sum(total1) as total1, sum(squares1) as squares1, sum(n2) as n2, sum(total2) as total2, sum(squares2) as squares2
    from ranked group by 1, 2 order by 1, 2`.execute(db)
  return rows.map((row) => ({
    dimension: row.dimension,
    bucket: row.bucket,
    before: sampleOf(row.n1, row.total1, row.squares1),
    now: sampleOf(row.n2, row.total2, row.squares2),
  }))
}

function summed(name: string, days: ReturnType<typeof sql>, side: 1 | 2) {
  return sql`coalesce(sum(${sql.ref(name)}) filter (where ${days}), 0) as ${sql.ref(`${name}${side}`)}`
}

const sampleOf = (n: string, total: string, squares: string): Sample => ({
  n: Number(n),
  total: Number(total),
  squares: Number(squares),
})

/** Fixes the first picture of an agent once its days are over, so that late events do not move it. */
export async function fixBaseline(db: Kysely<Database>, agent: AgentKey, baseline: Baseline, at: Date): Promise<void> {
  if (baseline.taken_at !== null || baseline.last >= dayOf(at)) return
  await db
    .insertInto('drift_baseline')
    .values({
      org_id: agent.orgId,
      agent_id: agent.agentId,
      first_day: baseline.first,
      last_day: baseline.last,
      version_id: null,
      pinned: false,
      taken_at: at,
      taken_by: 'system',
      evaluated_at: null,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'agent_id']).doNothing())
    .execute()
}
