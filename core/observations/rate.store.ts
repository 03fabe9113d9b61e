import { sql } from 'kysely'
import type { Need } from '#core/policies/index'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { Batcher } from './batcher.ts'
import { bucketOf, countedAt, deadAt, RING } from './rate.rules.ts'
import { storedSubject } from './subject.rules.ts'

export type RateNeed = Extract<Need, { kind: 'rate' }>

interface Increment {
  readonly orgId: string
  readonly need: RateNeed
  readonly at: Date
}

/** Counts every call of a batch exactly once and tells each one what came before it. */
export const rateCounts = resource<Batcher<Increment, number>>({
  name: 'observations.rates',
  open: (runtime) => new Batcher((items) => countAll(runtime, items)),
  close: (batcher) => batcher.close(),
})

interface Row {
  readonly org_id: string
  readonly policy_id: string
  readonly subject: string
  readonly window_seconds: number
  readonly bucket: number
  amount: number
  readonly expires_at: string
}

/** Calls counted in the window, without counting this one. */
export async function lookAtRate(runtime: Runtime, orgId: string, need: RateNeed): Promise<number> {
  const row = await runtime.db
    .selectFrom('rate_counter')
    .select(['head', 'counts'])
    .where('org_id', '=', orgId)
    .where('policy_id', '=', need.policyId)
    .where('subject', '=', storedSubject(need.subject))
    .where('window_seconds', '=', need.window_seconds)
    .executeTakeFirst()
  return row ? countedAt(row, bucketOf(need.window_seconds, runtime.now())) : 0
}

async function countAll(runtime: Runtime, items: readonly Increment[]): Promise<number[]> {
  const rows = new Map<string, Row>()
  const places = items.map((item) => {
    const row = rowOf(item)
    const key = keyOf(row)
    const known = rows.get(key)
    const before = known?.amount ?? 0
    rows.set(key, { ...(known && known.bucket >= row.bucket ? known : row), amount: before + 1 })
    return { key, before }
  })
  const totals = await count(
    runtime,
    [...rows.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  )
  return places.map(({ key, before }) => (totals.get(key) ?? 0) - (rows.get(key)?.amount ?? 0) + before)
}

function rowOf({ orgId, need, at }: Increment): Row {
  return {
    org_id: orgId,
    policy_id: need.policyId,
    subject: storedSubject(need.subject),
    window_seconds: need.window_seconds,
    bucket: bucketOf(need.window_seconds, at),
    amount: 1,
    expires_at: deadAt(need.window_seconds, at).toISOString(),
  }
}

const keyOf = (row: Pick<Row, 'org_id' | 'policy_id' | 'subject' | 'window_seconds'>): string =>
  JSON.stringify([row.org_id, row.policy_id, row.subject, row.window_seconds])

/**
 * Shifts each ring to the call's bucket and adds to it, in one statement. Rows come sorted: two replicas that count the
 * same rows lock them in the same order.
 */
async function count(runtime: Runtime, rows: readonly Row[]): Promise<ReadonlyMap<string, number>> {
  const ahead = sql`(excluded.head - c.head)`
  const { rows: counted } = await sql<Omit<Row, 'amount' | 'bucket' | 'expires_at'> & { total: number }>`
    insert into rate_counter as c (org_id, policy_id, subject, window_seconds, head, counts, expires_at)
    select n.org_id, n.policy_id, n.subject, n.window_seconds, n.bucket,
      array_fill(0, array[${sql.lit(RING - 1)}]) || n.amount, n.expires_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n (org_id text, policy_id text, subject text,
      window_seconds integer, bucket bigint, amount integer, expires_at timestamptz)
    on conflict (org_id, policy_id, subject, window_seconds) do update set
      counts = case
        when ${ahead} between ${sql.lit(-RING)} and 0
          then c.counts[1:${sql.lit(RING - 1)}] || (c.counts[${sql.lit(RING)}] + excluded.counts[${sql.lit(RING)}])
        when ${ahead} between 1 and ${sql.lit(RING - 1)}
          then c.counts[1 + ${ahead}::integer : ${sql.lit(RING)}]
            || array_fill(0, array[${ahead}::integer - 1]) || excluded.counts[${sql.lit(RING)}]
        else excluded.counts
      end,
      head = case when ${ahead} between ${sql.lit(-RING)} and 0 then c.head else excluded.head end,
      expires_at = excluded.expires_at
    returning c.org_id, c.policy_id, c.subject, c.window_seconds,
      (select sum(bucket) from unnest(c.counts) as bucket)::bigint as total`.execute(runtime.db)
  return new Map(counted.map((row) => [keyOf(row), row.total]))
}
