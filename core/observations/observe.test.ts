import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'kysely'
import { Batcher } from './batcher.ts'
import { commitReservations, sweepObservations } from './index.ts'
import { budgetNeed, rateNeed, semanticNeed, TestBench } from './test-bench.ts'

let bench: TestBench
beforeAll(async () => {
  bench = await TestBench.open()
})
afterAll(() => bench.close())

test('needs are observed at once, and the failure of one is its own', async () => {
  const needs = [rateNeed(), budgetNeed(), semanticNeed(), budgetNeed({ policyId: 'bad', estimate: { tokens: -1 } })]
  const { observed, reservations } = await bench.observe(needs)
  expect(Object.fromEntries([...observed].map(([id, { kind }]) => [id, kind]))).toEqual({
    rate: 'rate',
    budget: 'budget',
    rule: 'failed',
    bad: 'failed',
  })
  expect(reservations).toEqual([expect.stringMatching(/^bud_/)])
})

test('a signal that fired before anything was written counts and reserves nothing', async () => {
  const [rate, budget] = [rateNeed({ subject: 'agent:late' }), budgetNeed({ subject: 'agent:late' })]
  const { observed, reservations } = await bench.observe([rate, budget], { signal: AbortSignal.abort() })
  expect([...observed.values()].map(({ kind }) => kind)).toEqual(['failed', 'failed'])
  expect(reservations).toEqual([])
  const later = await bench.observe([rate, budget], { count: false })
  expect(later.observed.get('rate')).toEqual({ kind: 'rate', used: 0 })
  const rows = await bench.runtime.db
    .selectFrom('budget_usage')
    .selectAll()
    .where('subject', '=', 'agent:late')
    .execute()
  expect(rows).toEqual([])
})

test('what the org falls back to is told with every failure', async () => {
  const { observed } = await bench.observe([semanticNeed()], { fallback: 'block' })
  expect(observed.get('rule')).toMatchObject({ kind: 'failed', fallback: 'block' })
})

test('a statement that the database refuses fails the policy; its wording stays in the log', async () => {
  const { observed } = await bench.observe([rateNeed({ subject: 'agent:\0nul' }), rateNeed({ policyId: 'neighbour' })])
  expect(observed.get('rate')).toEqual({ kind: 'failed', why: 'it could not be found out' })
  expect(observed.get('neighbour')).toMatchObject({ kind: 'rate' })
})

test('a database that is gone is no answer but the Fault unavailable', async () => {
  const lost = await TestBench.open()
  await lost.loseDatabase()
  await expect(lost.observe([rateNeed(), semanticNeed()])).rejects.toMatchObject({ name: 'Fault', code: 'unavailable' })
  await expect(lost.observe([budgetNeed()])).rejects.toMatchObject({ code: 'unavailable' })
})

test('the sweep deletes what is dead, in portions, and nothing that still counts', async () => {
  const own = await TestBench.open()
  const subjects = Array.from({ length: 5 }, (_, index) => `agent:${index}`)
  const reference = own.reference()
  await own.observe(subjects.map((subject, index) => rateNeed({ subject, policyId: `r${index}` })))
  await own.observe(
    subjects.map((subject, index) => budgetNeed({ subject, policyId: `b${index}` })),
    { reference },
  )
  await own.runtime.db.transaction().execute((trx) => commitReservations(trx, 'org_a', reference, null))
  await sql`update budget_reservation set settled_at = ${own.now.toISOString()}::timestamptz`.execute(own.runtime.db)
  await own.observe([budgetNeed({ window: 'total' }), budgetNeed({ policyId: 'open' })])
  expect(await sweepObservations(own.runtime, 100)).toBe(0)
  own.pass(4 * 3_600_000)
  expect(await sweepObservations(own.runtime, 3)).toBe(3)
  expect(await sweepObservations(own.runtime, 3)).toBe(2)
  own.pass(100 * 86_400_000)
  expect(await sweepObservations(own.runtime, 100)).toBe(10)
  const left = await own.runtime.db.selectFrom('budget_usage').select('policy_id').orderBy('policy_id').execute()
  expect(left.map(({ policy_id }) => policy_id)).toEqual(['budget', 'open'])
  await own.close()
})

test('calls that wait together are written together, each answered with its own result', async () => {
  const sizes: number[] = []
  const batcher = new Batcher<number, number>(async (items) => {
    sizes.push(items.length)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return items.map((item) => item * 2)
  })
  const { signal } = new AbortController()
  const all = await Promise.all(Array.from({ length: 600 }, (_, index) => batcher.add(index, signal)))
  expect(all).toEqual(Array.from({ length: 600 }, (_, index) => index * 2))
  expect(sizes).toEqual([256, 256, 88])
})
