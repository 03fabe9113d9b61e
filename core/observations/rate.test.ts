import { array, assert, asyncProperty, double, integer, uuid } from '#core/testing/property'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Observation } from '#core/policies/index'
import { bucketOf, countedAt, RING, stepOf } from './rate.rules.ts'
import { rateNeed, TestBench } from './test-bench.ts'

let bench: TestBench
beforeAll(async () => {
  bench = await TestBench.open()
})
afterAll(() => bench.close())

const usedOf = (observed: ReadonlyMap<string, Observation>, policyId = 'rate'): number => {
  const one = observed.get(policyId)
  if (one?.kind !== 'rate') throw new Error(`no rate but ${JSON.stringify(one)}`)
  return one.used
}

test('200 parallel calls on two replicas are each counted exactly once', async () => {
  const other = await bench.replica()
  const need = rateNeed({ subject: 'agent:parallel', max: 50 })
  const calls = Array.from({ length: 200 }, (_, index) =>
    bench.observe([need], { on: index % 2 ? other : bench.runtime }),
  )
  const used = (await Promise.all(calls)).map(({ observed }) => usedOf(observed))
  expect(used.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index))
  expect(used.filter((before) => before < 50)).toHaveLength(50)
})

test('a look counts nothing, and a linked act that was counted leaves its own call out', async () => {
  const need = rateNeed({ subject: 'agent:look' })
  await bench.observe([need])
  await bench.observe([need])
  for (let times = 0; times < 3; times += 1) {
    expect(usedOf((await bench.observe([need], { count: false })).observed)).toBe(2)
  }
  const linked = (...counted: string[]) => ({ linked: { id: 'act_gd_before', counted: new Set(counted) } })
  expect(usedOf((await bench.observe([need], linked(need.policyId))).observed)).toBe(1)
  // By a policy that did not meet the earlier decision it is counted now.
  expect(usedOf((await bench.observe([need], linked('another'))).observed)).toBe(2)
  expect(usedOf((await bench.observe([need], { count: false })).observed)).toBe(3)
})

test('calls fall out of the window one by one, never early and at most a sixtieth late', async () => {
  const need = rateNeed({ subject: 'agent:slide', window_seconds: 60 })
  const look = async (): Promise<number> => usedOf((await bench.observe([need], { count: false })).observed)
  await bench.observe([need])
  bench.pass(30_000)
  await bench.observe([need])
  bench.pass(29_900)
  expect(await look()).toBe(2)
  bench.pass(1200)
  expect(await look()).toBe(1)
  expect(usedOf((await bench.observe([need])).observed)).toBe(1)
  bench.pass(29_900)
  expect(await look()).toBe(1)
  bench.pass(120_000)
  expect(await look()).toBe(0)
  expect(usedOf((await bench.observe([need])).observed)).toBe(0)
})

test('subjects, policies, orgs and window lengths are counted apart; a shadow policy counts too', async () => {
  const base = { subject: 'agent:apart' }
  await bench.observe([rateNeed(base)])
  const { observed } = await bench.observe([
    rateNeed({ ...base, policyId: 'other', mode: 'shadow' }),
    rateNeed({ ...base, policyId: 'subject', subject: 'agent:apart2' }),
    rateNeed({ ...base, window_seconds: 60 }),
  ])
  expect([...observed.values()]).toEqual(Array.from({ length: 3 }, () => ({ kind: 'rate', used: 0 })))
  expect(usedOf((await bench.observe([rateNeed(base)], { orgId: 'org_b' })).observed)).toBe(0)
  const shadow = rateNeed({ ...base, policyId: 'other', mode: 'shadow' })
  expect(usedOf((await bench.observe([shadow])).observed, 'other')).toBe(1)
})

test('a clock that is set back a little goes on counting in the newest bucket; one far ahead is forgotten', async () => {
  const need = rateNeed({ subject: 'agent:clock', window_seconds: 60 })
  await bench.observe([need])
  bench.pass(-5000)
  expect(usedOf((await bench.observe([need])).observed)).toBe(1)
  bench.pass(-600_000)
  expect(usedOf((await bench.observe([need])).observed)).toBe(0)
  bench.pass(605_000)
})

test('a very long subject is counted like any other', async () => {
  const need = rateNeed({ subject: `session:${'x'.repeat(20_000)}` })
  await bench.observe([need])
  expect(usedOf((await bench.observe([need])).observed)).toBe(1)
})

test('what the ring counts is never less than a true sliding window holds', async () => {
  await assert(
    asyncProperty(
      integer({ min: 1, max: 604_800 }),
      array(double({ min: 0, max: 0.5, noNaN: true }), { minLength: 1, maxLength: 25 }),
      uuid(),
      async (seconds, gaps, subject) => {
        const need = rateNeed({ subject, window_seconds: seconds })
        const calls: number[] = []
        for (const gap of gaps) {
          bench.pass(Math.floor(gap * seconds * 1000))
          const now = bench.now.getTime()
          const counted = usedOf((await bench.observe([need])).observed)
          const exact = calls.filter((at) => now - at < seconds * 1000).length
          const atMost = calls.filter((at) => now - at <= seconds * 1000 + 2 * stepOf(seconds) + 60).length
          expect(counted).toBeGreaterThanOrEqual(exact)
          expect(counted).toBeLessThanOrEqual(atMost)
          calls.push(now)
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('a ring read at its own bucket counts everything, and nothing a whole ring later', () => {
  const counts = Array.from({ length: RING }, () => 1)
  const head = bucketOf(60, new Date('2026-01-01T00:00:00Z'))
  expect(countedAt({ head, counts }, head)).toBe(RING)
  expect(countedAt({ head, counts }, head + 1)).toBe(RING - 1)
  expect(countedAt({ head, counts }, head + RING)).toBe(0)
})
