import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UsageKey } from './budget.store.ts'
import { isSpend } from './budget.rules.ts'
import type { ReservationState } from './tables.ts'
import { addUsage, byUsage, lockHeld, lockUsages, nothing, summed, times, type Amounts } from './usage.store.ts'

/** What an act cost in the end, null where nobody knows; its calls are those that were reserved. */
export interface ActualSpend {
  readonly usd_micros: number | null
  readonly tokens: number | null
}

type Settled = UsageKey & Amounts

/**
 * Turns the reservations of a decision into spending, with the actual cost (the estimate where it is unknown), even beyond
 * the limit: what was spent was spent. A reservation that lapsed in the meantime is charged too. Settles each exactly
 * once, whoever else commits, releases or sweeps. Answers how many were settled.
 */
export async function commitReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
  actual: ActualSpend | null,
): Promise<number> {
  refuseUnusable(actual)
  const held = await lockHeld(trx, orgId, reference, ['reserved', 'lapsed'])
  if (held.length === 0) return 0
  const { rows } = await sql<Settled & Spent & { before: ReservationState }>`
    with mine as (
      select org_id, id, state from budget_reservation
      where org_id = ${orgId} and id = any(${held}::text[]) and state in ('reserved', 'lapsed')
      order by id for update
    )
    update budget_reservation r set state = 'committed', settled_at = now(),
      actual_usd_micros = coalesce(${actual?.usd_micros ?? null}::bigint, r.usd_micros),
      actual_tokens = coalesce(${actual?.tokens ?? null}::bigint, r.tokens)
    from mine where r.org_id = mine.org_id and r.id = mine.id
    returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, mine.state as before,
      r.usd_micros, r.tokens, r.calls, r.actual_usd_micros as spent_usd_micros, r.actual_tokens as spent_tokens`.execute(
    trx,
  )
  for (const row of rows.toSorted(byUsage)) {
    await addUsage(trx, row, {
      reserved: row.before === 'reserved' ? times(row, -1) : nothing,
      used: { usd_micros: row.spent_usd_micros, tokens: row.spent_tokens, calls: row.calls },
    })
  }
  return rows.length
}

interface Spent {
  readonly spent_usd_micros: number
  readonly spent_tokens: number
}

/**
 * Charges what became known of the cost after the reservations of a decision were committed: the difference to what
 * was charged then. Where a cost is still unknown the charge stays. Answers how many were adjusted.
 */
export async function adjustReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
  actual: ActualSpend,
): Promise<number> {
  refuseUnusable(actual)
  const held = await lockHeld(trx, orgId, reference, ['committed'])
  if (held.length === 0) return 0
  const { rows } = await sql<Settled>`
    with mine as (
      select org_id, id, actual_usd_micros as usd_micros, actual_tokens as tokens from budget_reservation
      where org_id = ${orgId} and id = any(${held}::text[]) and state = 'committed'
      order by id for update
    )
    update budget_reservation r set
      actual_usd_micros = coalesce(${actual.usd_micros}::bigint, r.actual_usd_micros),
      actual_tokens = coalesce(${actual.tokens}::bigint, r.actual_tokens)
    from mine where r.org_id = mine.org_id and r.id = mine.id
    returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start,
      r.actual_usd_micros - mine.usd_micros as usd_micros, r.actual_tokens - mine.tokens as tokens, 0 as calls`.execute(
    trx,
  )
  for (const row of rows.toSorted(byUsage)) await addUsage(trx, row, { reserved: nothing, used: row })
  return rows.length
}

/** Gives back what a decision held, because its act will not happen. Answers how many reservations were released. */
export async function releaseReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
): Promise<number> {
  const held = await lockHeld(trx, orgId, reference, ['reserved'])
  if (held.length === 0) return 0
  const { rows } = await sql<Settled>`
    with mine as (
      select org_id, id from budget_reservation
      where org_id = ${orgId} and id = any(${held}::text[]) and state = 'reserved'
      order by id for update
    )
    update budget_reservation r set state = 'released', settled_at = now()
    from mine where r.org_id = mine.org_id and r.id = mine.id
    returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, r.usd_micros, r.tokens, r.calls`.execute(
    trx,
  )
  for (const row of rows.toSorted(byUsage)) await addUsage(trx, row, { reserved: times(row, -1), used: nothing })
  return rows.length
}

/** Lets reservations lapse whose time is over, oldest first, at most `limit`; on any number of replicas at once. */
export function sweepReservations(runtime: Runtime, limit: number): Promise<number> {
  const now = runtime.now().toISOString()
  return transact(runtime.db, async (trx) => {
    // What waits for a person is held for as long as the person has.
    const due = await sql<UsageKey & { id: string }>`
      select org_id, id, policy_id, subject, time_window, window_start from budget_reservation r
      where state = 'reserved' and expires_at <= ${now}::timestamptz
        and not exists (
          select 1 from action_record a join approval p on p.org_id = a.org_id and p.action_id = a.action_id
          where a.org_id = r.org_id and a.budget_reference = r.reference and p.state = 'pending'
        )
      order by expires_at limit ${limit}`.execute(trx)
    await lockUsages(trx, due.rows)
    const ids = JSON.stringify(due.rows.map(({ org_id, id }) => ({ org_id, id })))
    const { rows } = await sql<Settled>`
      update budget_reservation r set state = 'lapsed', settled_at = ${now}::timestamptz
      from jsonb_to_recordset(${ids}::jsonb) as due (org_id text, id text)
      where r.org_id = due.org_id and r.id = due.id and r.state = 'reserved' and r.expires_at <= ${now}::timestamptz
      returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, r.usd_micros, r.tokens, r.calls`.execute(
      trx,
    )
    for (const row of summed(rows)) await addUsage(trx, row, { reserved: times(row, -1), used: nothing })
    return rows.length
  })
}

function refuseUnusable(actual: ActualSpend | null): void {
  if (actual === null || isSpend({ usd_micros: actual.usd_micros ?? 0, tokens: actual.tokens ?? 0, calls: 0 })) return
  throw new Fault('invalid_input', 'Validation failed', {
    details: ['cost: must be from 0 to 1,000,000 USD, and tokens a whole number up to 10^12'],
  })
}
