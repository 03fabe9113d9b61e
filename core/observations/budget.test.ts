import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'kysely'
import { commitReservations, releaseReservations, sweepReservations } from './index.ts'
import { windowStart } from './window.rules.ts'
import { budgetNeed, TestBench } from './test-bench.ts'

let bench: TestBench
beforeAll(async () => {
  bench = await TestBench.open()
})
afterAll(() => bench.close())

const commit = (reference: string, actual: { usd_micros: number; tokens: number } | null): Promise<number> =>
  bench.runtime.db.transaction().execute((trx) => commitReservations(trx, 'org_a', reference, actual))
const release = (reference: string): Promise<number> =>
  bench.runtime.db.transaction().execute((trx) => releaseReservations(trx, 'org_a', reference))

async function usage(subject: string) {
  const columns = sql<{ used: number; reserved: number; used_calls: number; reserved_calls: number }>`
    select used_usd_micros as used, reserved_usd_micros as reserved, used_calls, reserved_calls
    from budget_usage where org_id = 'org_a' and subject = ${subject}`
  return (await columns.execute(bench.runtime.db)).rows[0]
}

test('100 parallel reservations of 1 with a limit of 10: exactly 10, on two replicas', async () => {
  const other = await bench.replica()
  const need = budgetNeed({ subject: 'agent:parallel' })
  const calls = Array.from({ length: 100 }, (_, index) =>
    bench.observe([need], { on: index % 2 ? other : bench.runtime }),
  )
  const answers = await Promise.all(calls)
  expect(answers.filter(({ reservations }) => reservations.length === 1)).toHaveLength(10)
  const refused = answers.filter(({ reservations }) => reservations.length === 0)
  expect(refused).toHaveLength(90)
  for (const { observed } of refused) {
    const exceeded = [{ metric: 'calls', limit: 10, used: 10, requested: 1 }]
    expect(observed.get('budget')).toEqual({ kind: 'budget', exceeded })
  }
  expect(await usage('agent:parallel')).toMatchObject({ used_calls: 0, reserved_calls: 10 })
})

test('every limited metric must have room; money is told in dollars', async () => {
  const need = (usd: number, tokens: number) =>
    budgetNeed({
      subject: 'agent:metrics',
      limits: { usd_micros: 1_000_000, tokens: 100 },
      estimate: { usd_micros: usd, tokens },
    })
  expect((await bench.observe([need(900_000, 10)])).reservations).toHaveLength(1)
  const { observed } = await bench.observe([need(200_000, 95)])
  expect(observed.get('budget')).toEqual({
    kind: 'budget',
    exceeded: [
      { metric: 'usd', limit: 1, used: 0.9, requested: 0.2 },
      { metric: 'tokens', limit: 100, used: 10, requested: 95 },
    ],
  })
  expect((await bench.observe([need(100_000, 90)])).reservations).toHaveLength(1)
})

test('a first request above the limit is refused and leaves no row', async () => {
  const need = budgetNeed({ subject: 'agent:first', limits: { usd_micros: 5 }, estimate: { usd_micros: 6 } })
  expect((await bench.observe([need])).reservations).toEqual([])
  expect(await usage('agent:first')).toBeUndefined()
})

test('the outcome replaces the estimate, also beyond the limit, exactly once', async () => {
  const need = budgetNeed({ subject: 'agent:commit', limits: { usd_micros: 100 }, estimate: { usd_micros: 60 } })
  const reference = bench.reference()
  await bench.observe([need], { reference })
  const settled = await Promise.all([
    commit(reference, { usd_micros: 150, tokens: 7 }),
    commit(reference, { usd_micros: 150, tokens: 7 }),
    release(reference),
    commit(reference, { usd_micros: 150, tokens: 7 }),
  ])
  expect(settled.reduce((sum, count) => sum + count, 0)).toBe(1)
  const after = await usage('agent:commit')
  expect(after?.reserved).toBe(0)
  expect([0, 150]).toContain(after?.used)
  expect(await commit(reference, null)).toBe(0)
})

test('an unknown cost is charged as estimated; a release gives everything back', async () => {
  const need = budgetNeed({ subject: 'agent:release', limits: { usd_micros: 100 }, estimate: { usd_micros: 60 } })
  const [charged, freed] = [bench.reference(), bench.reference()]
  await bench.observe([need], { reference: charged })
  expect(await commit(charged, null)).toBe(1)
  expect((await bench.observe([need], { reference: freed })).reservations).toEqual([])
  const small = budgetNeed({ subject: 'agent:release', limits: { usd_micros: 100 }, estimate: { usd_micros: 40 } })
  await bench.observe([small], { reference: freed })
  expect(await release(freed)).toBe(1)
  expect(await release(freed)).toBe(0)
  expect(await usage('agent:release')).toEqual({ used: 60, reserved: 0, used_calls: 1, reserved_calls: 0 })
})

test('a lapsed reservation makes room at once, and is still charged when its outcome comes late', async () => {
  const need = budgetNeed({ subject: 'agent:lapse', limits: { calls: 1 } })
  const late = bench.reference()
  await bench.observe([need], { reference: late })
  bench.pass(14 * 60_000)
  expect((await bench.observe([need])).reservations).toEqual([])
  bench.pass(60_000)
  expect((await bench.observe([need])).reservations).toHaveLength(1)
  expect(await usage('agent:lapse')).toMatchObject({ used_calls: 0, reserved_calls: 1 })
  expect(await commit(late, null)).toBe(1)
  expect(await commit(late, null)).toBe(0)
  expect(await usage('agent:lapse')).toMatchObject({ used_calls: 1, reserved_calls: 1 })
})

test('the sweep lets reservations lapse, each once, on any number of replicas', async () => {
  const need = budgetNeed({ subject: 'agent:sweep', limits: { calls: 100 } })
  await Promise.all(Array.from({ length: 30 }, () => bench.observe([need])))
  bench.pass(16 * 60_000)
  const other = await bench.replica()
  const swept = async (): Promise<number> =>
    (await sweepReservations(bench.runtime, 20)) + (await sweepReservations(other, 20))
  let total = 0
  for (let round = await swept(); round > 0; round = await swept()) total += round
  expect(total).toBeGreaterThanOrEqual(30)
  expect(await usage('agent:sweep')).toMatchObject({ used_calls: 0, reserved_calls: 0 })
})

test('a look reserves nothing; what a linked decision reserved does not stand in its own way', async () => {
  const need = budgetNeed({ subject: 'agent:look', limits: { calls: 1 } })
  const reference = bench.reference()
  const look = async () => (await bench.observe([need], { count: false })).observed.get('budget')
  expect(await look()).toEqual({ kind: 'budget', exceeded: [] })
  await bench.observe([need], { reference })
  expect(await look()).toMatchObject({ exceeded: [{ metric: 'calls', limit: 1, used: 1, requested: 1 }] })
  const linked = { id: reference, counted: new Set<string>() }
  expect((await bench.observe([need], { linked })).observed.get('budget')).toEqual({ kind: 'budget', exceeded: [] })
  expect(await usage('agent:look')).toMatchObject({ reserved_calls: 1 })
})

test('what a linked decision did not reserve is reserved now, under that decision', async () => {
  const need = budgetNeed({ subject: 'agent:late', limits: { calls: 1 } })
  const linked = { id: bench.reference(), counted: new Set<string>() }
  for (let round = 0; round < 3; round += 1) {
    expect((await bench.observe([need], { linked })).reservations).toHaveLength(round === 0 ? 1 : 0)
  }
  expect(await usage('agent:late')).toMatchObject({ reserved_calls: 1 })
  const other = { id: bench.reference(), counted: new Set<string>() }
  expect((await bench.observe([need], { linked: other })).observed.get('budget')).toMatchObject({
    exceeded: [{ metric: 'calls' }],
  })
})

test('what lapsed is taken again whole or not at all, and what is not held is never told as room', async () => {
  const [free, full] = ['free', 'full'].map((policyId) =>
    budgetNeed({ policyId, subject: `agent:${policyId}`, limits: { calls: 1 } }),
  )
  if (!free || !full) throw new Error('two needs')
  const reference = bench.reference()
  await bench.observe([free, full], { reference })
  bench.pass(16 * 60_000)
  await sweepReservations(bench.runtime, 100)
  await bench.observe([full])
  const linked = { id: reference, counted: new Set<string>() }
  const { observed } = await bench.observe([free, full], { linked })
  expect(observed.get('full')).toMatchObject({ kind: 'budget', exceeded: [{ metric: 'calls' }] })
  expect(observed.get('free')).toMatchObject({ kind: 'failed' })
  expect(await usage('agent:free')).toMatchObject({ reserved_calls: 0 })
})

test('a new window starts from nothing', async () => {
  const need = budgetNeed({ subject: 'agent:window', window: 'hour', limits: { calls: 1 } })
  expect((await bench.observe([need])).reservations).toHaveLength(1)
  expect((await bench.observe([need])).reservations).toHaveLength(0)
  bench.pass(3_600_000)
  expect((await bench.observe([need])).reservations).toHaveLength(1)
})

test('an estimate that is no amount fails that policy alone', async () => {
  for (const usd_micros of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER]) {
    const bad = budgetNeed({ policyId: 'bad', estimate: { usd_micros } })
    const good = budgetNeed({ policyId: `good ${usd_micros}` })
    const { observed, reservations } = await bench.observe([bad, good])
    expect(observed.get('bad')).toMatchObject({ kind: 'failed' })
    expect(reservations).toHaveLength(1)
  }
})

test.each([
  ['hour', '2026-03-01T23:59:59.999Z', '2026-03-01T23:00:00.000Z'],
  ['day', '2026-03-01T23:59:59.999Z', '2026-03-01T00:00:00.000Z'],
  ['week', '2026-03-01T23:59:59.999Z', '2026-02-23T00:00:00.000Z'],
  ['week', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
  ['month', '2024-02-29T12:00:00.000Z', '2024-02-01T00:00:00.000Z'],
  ['total', '2026-03-01T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
] as const)('the %s of %s starts at %s', (window, at, start) => {
  expect(windowStart(window, new Date(at)).toISOString()).toBe(start)
})
