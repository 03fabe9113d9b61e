import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { usageOrder, type UsageKey } from './budget.store.ts'
import type { ReservationState } from './tables.ts'

export interface Amounts {
  readonly usd_micros: number
  readonly tokens: number
  readonly calls: number
}

export const nothing: Amounts = { usd_micros: 0, tokens: 0, calls: 0 }

export function times({ usd_micros, tokens, calls }: Amounts, factor: number): Amounts {
  return { usd_micros: usd_micros * factor, tokens: tokens * factor, calls: calls * factor }
}

export const byUsage = (a: UsageKey, b: UsageKey): number => (usageOrder(a) < usageOrder(b) ? -1 : 1)

/**
 * Locks the usage rows behind the reservations of a decision that are in these states, and answers the ids of those
 * reservations: only they may be changed then. Everybody takes usage rows before reservations, and in one order.
 */
export async function lockHeld(
  trx: Transaction<Database>,
  orgId: string,
  reference: string,
  states: readonly ReservationState[],
): Promise<string[]> {
  const held = await trx
    .selectFrom('budget_reservation')
    .select(['id', 'org_id', 'policy_id', 'subject', 'time_window', 'window_start'])
    .where('org_id', '=', orgId)
    .where('reference', '=', reference)
    .where('state', 'in', states)
    .execute()
  await lockUsages(trx, held)
  return held.map(({ id }) => id)
}

export async function lockUsages(trx: Transaction<Database>, keys: readonly UsageKey[]): Promise<void> {
  const distinct = new Map(keys.map((key) => [usageOrder(key), key]))
  for (const key of [...distinct.values()].toSorted(byUsage)) {
    await sql`select 1 from budget_usage where ${sameUsage(key)} for update`.execute(trx)
  }
}

/** One row per usage row, in the order of the locks. */
export function summed<T extends UsageKey & Amounts>(rows: readonly T[]): T[] {
  const groups = [...Map.groupBy(rows, usageOrder).values()]
  return groups
    .flatMap(([first, ...rest]) => {
      if (!first) return []
      const sum = (metric: keyof Amounts): number => rest.reduce((all, row) => all + row[metric], first[metric])
      return [{ ...first, usd_micros: sum('usd_micros'), tokens: sum('tokens'), calls: sum('calls') }]
    })
    .toSorted(byUsage)
}

export async function addUsage(
  trx: Kysely<Database>,
  key: UsageKey,
  { reserved, used }: { readonly reserved: Amounts; readonly used: Amounts },
): Promise<void> {
  await sql`
    update budget_usage set
      reserved_usd_micros = reserved_usd_micros + ${reserved.usd_micros}::bigint,
      reserved_tokens = reserved_tokens + ${reserved.tokens}::bigint,
      reserved_calls = reserved_calls + ${reserved.calls}::bigint,
      used_usd_micros = used_usd_micros + ${used.usd_micros}::bigint,
      used_tokens = used_tokens + ${used.tokens}::bigint,
      used_calls = used_calls + ${used.calls}::bigint
    where ${sameUsage(key)}`.execute(trx)
}

export function sameUsage(key: UsageKey) {
  return sql`org_id = ${key.org_id} and policy_id = ${key.policy_id} and subject = ${key.subject}
    and time_window = ${key.time_window} and window_start = ${key.window_start.toISOString()}::timestamptz`
}
