import { sql } from 'kysely'
import type { Runtime } from '../kernel/runtime.ts'

const DAY_MS = 86_400_000
/** Longer than the longest window, so that the late outcome of a month's last act still finds its usage row. */
const KEEP_BUDGETS_DAYS = 40
const KEEP_DELIVERIES_DAYS = 30

/** Deletes what no decision can depend on any more, at most `limit` rows per table. Answers how many rows went. */
export async function sweepObservations(runtime: Runtime, limit: number): Promise<number> {
  const now = runtime.now().getTime()
  const before = (days: number): string => new Date(now - days * DAY_MS).toISOString()
  const budgets = before(KEEP_BUDGETS_DAYS)
  const statements = [
    sql`delete from rate_counter where ctid in
      (select ctid from rate_counter where expires_at <= ${before(0)}::timestamptz limit ${limit} for update skip locked)`,
    sql`delete from webhook_delivery where (org_id, id) in
      (select org_id, id from webhook_delivery where at <= ${before(KEEP_DELIVERIES_DAYS)}::timestamptz limit ${limit})`,
    sql`delete from budget_reservation where (org_id, id) in
      (select org_id, id from budget_reservation where state <> 'reserved' and settled_at <= ${budgets}::timestamptz limit ${limit})`,
    // Twice the time: a month's row is as old as its start says, not its end.
    sql`delete from budget_usage where ctid in
      (select ctid from budget_usage where time_window <> 'total' and reserved_calls = 0 and reserved_usd_micros = 0
        and reserved_tokens = 0 and window_start <= ${before(2 * KEEP_BUDGETS_DAYS)}::timestamptz
        limit ${limit} for update skip locked)`,
  ]
  let gone = 0
  for (const statement of statements) {
    const { numAffectedRows } = await statement.execute(runtime.db)
    gone += Number(numAffectedRows ?? 0)
  }
  return gone
}
