import { sql, type Kysely } from 'kysely'
import type { Need, Overrun, Spend } from '#core/policies/index'
import type { Database } from '../db/database.ts'
import { newId } from '../kernel/id.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { Batcher } from './batcher.ts'
import { overruns } from './budget.rules.ts'
import { storedSubject } from './subject.rules.ts'
import type { ReservationState } from './tables.ts'
import { windowStart } from './window.rules.ts'

export type BudgetNeed = Extract<Need, { kind: 'budget' }>

/** How long an estimate is held back for an act whose outcome nobody reports. */
export const RESERVATION_MS = 15 * 60_000

interface Wanted {
  readonly orgId: string
  readonly reference: string
  readonly need: BudgetNeed
}

export interface Reserved {
  /** Null when a limit stood in the way. */
  readonly id: string | null
  readonly exceeded: readonly Overrun[]
}

/** Reserves batch by batch: per usage row the calls queue up in one statement instead of one commit each. */
export const budgetReservations = resource<Batcher<Wanted, Reserved>>({
  name: 'observations.budgets',
  open: (runtime) => new Batcher((items) => reserveAll(runtime, items)),
  close: (batcher) => batcher.close(),
})

interface Answer {
  readonly place: number
  readonly made: boolean
  readonly held_usd_micros: number | null
  readonly held_tokens: number | null
  readonly held_calls: number | null
}

async function reserveAll(runtime: Runtime, wanted: readonly Wanted[]): Promise<Reserved[]> {
  const at = runtime.now()
  const items = wanted
    .map(({ orgId, reference, need }, index) => ({
      index,
      id: newId('bud'),
      reference,
      need,
      ...usageKeyOf(orgId, need, at),
    }))
    .toSorted((a, b) => (usageOrder(a) < usageOrder(b) ? -1 : 1))
  const sent = items.map(({ index: _index, need, ...item }) => ({
    ...item,
    ...need.estimate,
    limit_usd_micros: need.limits.usd_micros,
    limit_tokens: need.limits.tokens,
    limit_calls: need.limits.calls,
    whom: need.told,
  }))
  const { rows } = await sql<Answer>`
    select * from writ_budget_reserve(${JSON.stringify(sent)}::jsonb, ${at.toISOString()}::timestamptz,
      ${new Date(at.getTime() + RESERVATION_MS).toISOString()}::timestamptz)`.execute(runtime.db)
  const results = new Map(rows.map((row) => [items[row.place - 1]?.index, row]))
  return wanted.map(({ need }, index) => {
    const answer = results.get(index)
    if (answer?.made) return { id: items.find((item) => item.index === index)?.id ?? null, exceeded: [] }
    return { id: null, exceeded: overruns(need.limits, heldOf(answer), need.estimate) }
  })
}

/** Whether the request would fit, nothing reserved. */
export async function lookAtBudget(runtime: Runtime, orgId: string, need: BudgetNeed): Promise<readonly Overrun[]> {
  const key = usageKeyOf(orgId, need, runtime.now())
  const told = await toldSpend(runtime.db, key, need.told)
  const row = await runtime.db
    .selectFrom('budget_usage')
    .select(({ eb }) => [
      eb('used_usd_micros', '+', eb.ref('reserved_usd_micros')).as('held_usd_micros'),
      eb('used_tokens', '+', eb.ref('reserved_tokens')).as('held_tokens'),
      eb('used_calls', '+', eb.ref('reserved_calls')).as('held_calls'),
    ])
    .where((eb) => eb.and(key))
    .executeTakeFirst()
  const held = heldOf(row)
  const all = { ...held, usd_micros: held.usd_micros + told.usd_micros, tokens: held.tokens + told.tokens }
  return overruns(need.limits, all, need.estimate)
}

/** What was told by telemetry in the window of a usage row. */
export async function toldSpend(
  db: Kysely<Database>,
  key: Pick<UsageKey, 'org_id' | 'time_window' | 'window_start'>,
  whom: object | null,
): Promise<Pick<Spend, 'usd_micros' | 'tokens'>> {
  if (whom === null) return { usd_micros: 0, tokens: 0 }
  const { rows } = await sql<Pick<Spend, 'usd_micros' | 'tokens'>>`
    select usd_micros, tokens from writ_told_spend(${key.org_id}, ${JSON.stringify(whom)}::jsonb,
      ${key.time_window}, ${key.window_start.toISOString()}::timestamptz)`.execute(db)
  return rows[0] ?? { usd_micros: 0, tokens: 0 }
}

/** How the share of a budget stands that a decision took; null when it took none, or gave it back. */
// oxlint-disable-next-line max-params -- the three parts of the row's identity
export async function reservationState(
  runtime: Runtime,
  orgId: string,
  policyId: string,
  reference: string,
): Promise<ReservationState | null> {
  const rows = await runtime.db
    .selectFrom('budget_reservation')
    .select('state')
    .where('org_id', '=', orgId)
    .where('reference', '=', reference)
    .where('policy_id', '=', policyId)
    .where('state', '<>', 'released')
    .execute()
  return (rows.find(({ state }) => state !== 'lapsed') ?? rows[0])?.state ?? null
}

export type UsageKey = ReturnType<typeof usageKeyOf>

function usageKeyOf(orgId: string, need: BudgetNeed, at: Date) {
  return {
    org_id: orgId,
    policy_id: need.policyId,
    subject: storedSubject(need.subject),
    time_window: need.window,
    window_start: windowStart(need.window, at),
  }
}

/** The order in which everybody locks usage rows; without one, two that lock the same rows could wait for each other. */
export function usageOrder(key: UsageKey): string {
  return JSON.stringify([key.org_id, key.policy_id, key.subject, key.time_window, key.window_start.toISOString()])
}

function heldOf(row: Pick<Answer, 'held_usd_micros' | 'held_tokens' | 'held_calls'> | undefined): Spend {
  return { usd_micros: row?.held_usd_micros ?? 0, tokens: row?.held_tokens ?? 0, calls: row?.held_calls ?? 0 }
}
