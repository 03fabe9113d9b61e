import { sql, type Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { RESERVATION_MS, toldSpend, type UsageKey } from './budget.store.ts'
import { byUsage, lockHeld, sameUsage, type Amounts } from './usage.store.ts'
import type { ReservationState } from './tables.ts'

type Held = UsageKey &
  Amounts & { readonly state: ReservationState } & {
    readonly limit_usd_micros: number | null
    readonly limit_tokens: number | null
    readonly limit_calls: number | null
    readonly told: object | null
  }

/**
 * Holds the estimate of a decision anew, from `at` on, because its act is about to happen: extends what is held and
 * takes again what lapsed. False when a limit stands in the way by now; the caller then undoes its transaction.
 */
export async function renewReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
  at: Date,
): Promise<boolean> {
  const held = await lockHeld(trx, orgId, reference, ['reserved', 'lapsed'])
  if (held.length === 0) return true
  const { rows } = await sql<Held>`
    select org_id, policy_id, subject, time_window, window_start, state, usd_micros, tokens, calls,
      limit_usd_micros, limit_tokens, limit_calls, told
    from budget_reservation
    where org_id = ${orgId} and id = any(${held}::text[]) and state in ('reserved', 'lapsed')
    order by id for update`.execute(trx)
  for (const row of rows.filter(({ state }) => state === 'lapsed').toSorted(byUsage)) {
    if (!(await fitsAgain(trx, row))) return false
  }
  await trx
    .updateTable('budget_reservation')
    .set({ state: 'reserved', settled_at: null, expires_at: new Date(at.getTime() + RESERVATION_MS) })
    .where('org_id', '=', orgId)
    .where('id', 'in', held)
    .where('state', 'in', ['reserved', 'lapsed'])
    .execute()
  return true
}

/** The same in a transaction of its own: all that lapsed under this decision, or nothing. */
export async function takeAgain(runtime: Runtime, orgId: string, reference: string): Promise<boolean> {
  const full = new Error('a limit stands in the way')
  try {
    await transact(runtime.db, async (trx) => {
      if (!(await renewReservations(trx, orgId, reference, runtime.now()))) throw full
    })
    return true
  } catch (thrown) {
    if (thrown === full) return false
    throw thrown
  }
}

async function fitsAgain(trx: Transaction<Database>, row: Held): Promise<boolean> {
  const told = await toldSpend(trx, row, row.told)
  const { rows } = await sql`
    update budget_usage set
      reserved_usd_micros = reserved_usd_micros + ${row.usd_micros}::bigint,
      reserved_tokens = reserved_tokens + ${row.tokens}::bigint,
      reserved_calls = reserved_calls + ${row.calls}::bigint
    where ${sameUsage(row)}
      and used_usd_micros + reserved_usd_micros + ${told.usd_micros + row.usd_micros}::bigint <= coalesce(${row.limit_usd_micros}::bigint, 9223372036854775807)
      and used_tokens + reserved_tokens + ${told.tokens + row.tokens}::bigint <= coalesce(${row.limit_tokens}::bigint, 9223372036854775807)
      and used_calls + reserved_calls + ${row.calls}::bigint <= coalesce(${row.limit_calls}::bigint, 9223372036854775807)
    returning 1`.execute(trx)
  return rows.length > 0
}
