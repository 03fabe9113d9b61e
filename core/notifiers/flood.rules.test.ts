import { expect, test } from 'vitest'
import { planAlerts, retryDelay } from './flood.rules.ts'

const now = new Date('2026-03-09T14:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

const alerts = (...numbers: readonly number[]) => numbers.map((n) => ({ n, message: {} }))

test('five one by one, the rest together; further ones wait for the next digest', () => {
  expect(planAlerts(alerts(1, 2, 3, 4, 5, 6, 7, 8), { single: 0, digestAt: null }, 5, now)).toMatchObject({
    single: alerts(1, 2, 3, 4, 5),
    digest: alerts(6, 7, 8),
    later: [],
  })
  expect(planAlerts(alerts(9), { single: 5, digestAt: ago(3) }, 5, now)).toMatchObject({
    single: [],
    digest: [],
    later: alerts(9),
    laterAt: new Date(now.getTime() + 7 * 60_000),
  })
  expect(planAlerts(alerts(9), { single: 5, digestAt: ago(10) }, 5, now)).toMatchObject({
    digest: alerts(9),
    later: [],
  })
  expect(planAlerts(alerts(9), { single: 4, digestAt: ago(3) }, 5, now)).toMatchObject({
    single: alerts(9),
    later: [],
  })
})

test('what is over is told in no message of its own, and counted in the digest', () => {
  const over = { n: 1, message: undefined }
  const plan = planAlerts([over, ...alerts(2, 3)], { single: 0, digestAt: null }, 1, now)
  expect(plan).toMatchObject({ single: alerts(2), digest: [over, ...alerts(3)], later: [] })
})

test('waits double up to an hour; a longer wait that was asked for is kept, up to an hour', () => {
  const waits = [1, 2, 3, 11, 18].map((attempts) => retryDelay(attempts, undefined, 0.5))
  expect(waits).toEqual([5000, 10_000, 20_000, 3_600_000, 3_600_000])
  expect([retryDelay(1, 30, 0), retryDelay(1, 86_400, 0)]).toEqual([30_000, 3_600_000])
})
