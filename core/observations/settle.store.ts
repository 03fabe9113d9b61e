import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { usageOrder, type UsageKey } from './budget.store.ts'
import { isSpend } from './budget.rules.ts'

/** What an act cost in the end; its calls are those that were reserved. */
export interface ActualSpend {
  readonly usd_micros: number
  readonly tokens: number
}

type Settled = UsageKey & {
  readonly before: 'reserved' | 'lapsed'
  readonly usd_micros: number
  readonly tokens: number
  readonly calls: number
}

/**
 * Turns the reservations of a decision into spending, with the actual cost (the estimate when it is unknown), even beyond
 * the limit: what was spent was spent. A reservation that lapsed in the meantime is charged too. Settles each exactly
 * once, whoever else commits, releases or sweeps. Answers how many were settled.
 */
export async function commitReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
  actual: ActualSpend | null,
): Promise<number> {
  if (actual && !isSpend({ ...actual, calls: 0 })) {
    throw new Fault('invalid_input', 'Validation failed', {
      details: ['cost: must be from 0 to 1,000,000 USD, and tokens a whole number up to 10^12'],
    })
  }
  const { rows } = await sql<Settled>`
    with mine as (
      select org_id, id, state from budget_reservation
      where org_id = ${orgId} and reference = ${reference} and state in ('reserved', 'lapsed')
      order by id for update
    )
    update budget_reservation r set state = 'committed', settled_at = now(),
      actual_usd_micros = coalesce(${actual?.usd_micros ?? null}::bigint, r.usd_micros),
      actual_tokens = coalesce(${actual?.tokens ?? null}::bigint, r.tokens)
    from mine where r.org_id = mine.org_id and r.id = mine.id
    returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, mine.state as before,
      r.usd_micros, r.tokens, r.calls`.execute(trx)
  for (const row of rows.toSorted(byUsage)) {
    const held = row.before === 'reserved' ? row : { usd_micros: 0, tokens: 0, calls: 0 }
    const spent = { ...(actual ?? row), calls: row.calls }
    await sql`
      update budget_usage set
        reserved_usd_micros = reserved_usd_micros - ${held.usd_micros}::bigint,
        reserved_tokens = reserved_tokens - ${held.tokens}::bigint,
        reserved_calls = reserved_calls - ${held.calls}::bigint,
        used_usd_micros = used_usd_micros + ${spent.usd_micros}::bigint,
        used_tokens = used_tokens + ${spent.tokens}::bigint,
        used_calls = used_calls + ${spent.calls}::bigint
      where ${sameUsage(row)}`.execute(trx)
  }
  return rows.length
}

/** Gives back what a decision held, because its act will not happen. Answers how many reservations were released. */
export async function releaseReservations(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
): Promise<number> {
  const { rows } = await sql<Settled>`
    with mine as (
      select org_id, id from budget_reservation
      where org_id = ${orgId} and reference = ${reference} and state = 'reserved'
      order by id for update
    )
    update budget_reservation r set state = 'released', settled_at = now()
    from mine where r.org_id = mine.org_id and r.id = mine.id
    returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, r.usd_micros, r.tokens, r.calls`.execute(
    trx,
  )
  await giveBack(trx, rows)
  return rows.length
}

/** Lets reservations lapse whose time is over, oldest first, at most `limit`; on any number of replicas at once. */
export function sweepReservations(runtime: Runtime, limit: number): Promise<number> {
  const now = runtime.now().toISOString()
  return runtime.db.transaction().execute(async (trx) => {
    const { rows } = await sql<Settled>`
      with due as (
        select org_id, id from budget_reservation
        where state = 'reserved' and expires_at <= ${now}::timestamptz
        order by expires_at limit ${limit} for update skip locked
      )
      update budget_reservation r set state = 'lapsed', settled_at = ${now}::timestamptz
      from due where r.org_id = due.org_id and r.id = due.id
      returning r.org_id, r.policy_id, r.subject, r.time_window, r.window_start, r.usd_micros, r.tokens, r.calls`.execute(
      trx,
    )
    await giveBack(trx, rows)
    return rows.length
  })
}

async function giveBack(trx: Kysely<Database>, rows: readonly Settled[]): Promise<void> {
  const perUsage = Map.groupBy(rows, usageOrder)
  for (const [, group] of [...perUsage].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group
    if (!first) continue
    const sum = (metric: 'usd_micros' | 'tokens' | 'calls'): number => group.reduce((all, row) => all + row[metric], 0)
    await sql`
      update budget_usage set
        reserved_usd_micros = reserved_usd_micros - ${sum('usd_micros')}::bigint,
        reserved_tokens = reserved_tokens - ${sum('tokens')}::bigint,
        reserved_calls = reserved_calls - ${sum('calls')}::bigint
      where ${sameUsage(first)}`.execute(trx)
  }
}

const byUsage = (a: UsageKey, b: UsageKey): number => (usageOrder(a) < usageOrder(b) ? -1 : 1)

function sameUsage(key: UsageKey) {
  return sql`org_id = ${key.org_id} and policy_id = ${key.policy_id} and subject = ${key.subject}
    and time_window = ${key.time_window} and window_start = ${key.window_start.toISOString()}::timestamptz`
}
