import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from '#core/testing/property'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Runtime } from '#core/kernel/runtime'
import {
  adjustReservations,
  commitReservations,
  releaseReservations,
  renewReservations,
  sweepReservations,
} from './index.ts'
import { budgetNeed, TestBench } from './test-bench.ts'

let bench: TestBench
let replicas: readonly Runtime[]
beforeAll(async () => {
  bench = await TestBench.open()
  replicas = [bench.runtime, await bench.replica()]
})
afterAll(() => bench.close())

const LIMIT = { usd_micros: 100, tokens: 60, calls: 12 }
const reference = integer({ min: 0, max: 7 }).map((number) => `act_gd_${number}`)
const on = constantFrom(0, 1)
const step = oneof(
  record({
    do: constantFrom('reserve' as const),
    on,
    reference,
    usd_micros: integer({ min: 0, max: 40 }),
    tokens: integer({ min: 0, max: 30 }),
    policies: constantFrom(['p1'], ['p2'], ['p1', 'p2'], ['p2', 'p1', 'p3']),
  }),
  record({
    do: constantFrom('commit' as const),
    on,
    reference,
    usd_micros: integer({ min: 0, max: 90 }),
    known: constantFrom(true, false),
  }),
  record({ do: constantFrom('adjust' as const), on, reference, usd_micros: integer({ min: 0, max: 90 }) }),
  record({ do: constantFrom('renew' as const), on, reference }),
  record({ do: constantFrom('release' as const), on, reference }),
  record({ do: constantFrom('sweep' as const), on }),
)
type Step = typeof step extends { generate: (...args: never[]) => { value: infer T } } ? T : never

/** Nothing may fail, as by a deadlock. */
const kinds = new Set<string>()

type Trx = Parameters<typeof commitReservations>[0]
type Within = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>

async function take(one: Step): Promise<void> {
  const runtime = replicas[one.on] ?? bench.runtime
  const within: Within = (work) => runtime.db.transaction().execute(work)
  if (one.do === 'sweep') await sweepReservations(runtime, 3)
  else if (one.do === 'release') await within((trx) => releaseReservations(trx, 'org_a', one.reference))
  else if (one.do === 'adjust') {
    const actual = { usd_micros: one.usd_micros, tokens: null }
    await within((trx) => adjustReservations(trx, 'org_a', one.reference, actual))
  } else if (one.do === 'renew') await renew(one.reference, within)
  else if (one.do === 'commit') {
    const actual = one.known ? { usd_micros: one.usd_micros, tokens: 5 } : null
    await within((trx) => commitReservations(trx, 'org_a', one.reference, actual))
  } else {
    const estimate = { usd_micros: one.usd_micros, tokens: one.tokens }
    const needs = one.policies.map((policyId) => budgetNeed({ policyId, window: 'total', limits: LIMIT, estimate }))
    const { observed } = await bench.observe(needs, { on: runtime, reference: one.reference })
    for (const { kind } of observed.values()) kinds.add(kind)
  }
}

class NoRoom extends Error {}

async function renew(name: string, within: Within): Promise<void> {
  const renewed = within(async (trx) => {
    if (!(await renewReservations(trx, 'org_a', name, bench.now))) throw new NoRoom()
  })
  await renewed.catch((error: unknown) => {
    if (!(error instanceof NoRoom)) throw error
  })
}

interface Row {
  readonly policy_id: string
  readonly used: number[]
  readonly rows_used: number[]
  readonly reserved: number[]
  readonly rows_reserved: number[]
}

async function balances(): Promise<Row[]> {
  const sums = sql<Row>`
    select u.policy_id, array[used_usd_micros, used_tokens, used_calls] as used,
      array[reserved_usd_micros, reserved_tokens, reserved_calls] as reserved,
      array[sum(r.actual_usd_micros) filter (where state = 'committed'),
        sum(r.actual_tokens) filter (where state = 'committed'),
        sum(r.calls) filter (where state = 'committed')]::bigint[] as rows_used,
      array[sum(r.usd_micros) filter (where state = 'reserved'), sum(r.tokens) filter (where state = 'reserved'),
        sum(r.calls) filter (where state = 'reserved')]::bigint[] as rows_reserved
    from budget_usage u join budget_reservation r using (org_id, policy_id, subject, time_window, window_start)
    group by u.policy_id, used_usd_micros, used_tokens, used_calls,
      reserved_usd_micros, reserved_tokens, reserved_calls`
  return (await sums.execute(bench.runtime.db)).rows
}

test('whatever is interleaved, what a budget holds equals the sum of its reservations, and no room is overrun', async () => {
  let settled = 0
  await assert(
    asyncProperty(
      array(array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
      integer({ min: 0, max: 20 }),
      async (rounds, minutes) => {
        await sql`delete from budget_usage`.execute(bench.runtime.db)
        await sql`delete from budget_reservation`.execute(bench.runtime.db)
        for (const round of rounds) {
          await Promise.all(round.map(take))
          bench.pass(minutes * 60_000)
        }
        for (const row of await balances()) {
          const whole = (sums: readonly (number | null)[]): number[] => sums.map((sum) => sum ?? 0)
          expect(row.used).toEqual(whole(row.rows_used))
          expect(row.reserved).toEqual(whole(row.rows_reserved))
          const [usd = 0, tokens = 0, calls = 0] = row.reserved
          expect([usd <= LIMIT.usd_micros, tokens <= LIMIT.tokens, calls <= LIMIT.calls]).toEqual([true, true, true])
          settled += row.used[2] ?? 0
        }
      },
    ),
    { numRuns: 60 },
  )
  expect(settled).toBeGreaterThan(0)
  expect([...kinds]).toEqual(['budget'])
})
