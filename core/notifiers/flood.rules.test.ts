import { expect, test } from 'vitest'
import { planAlerts, retryDelay } from './flood.rules.ts'

const now = new Date('2026-03-09T14:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

test('five one by one, the rest together; further ones wait for the next digest', () => {
  const eight = [1, 2, 3, 4, 5, 6, 7, 8]
  expect(planAlerts(eight, { single: 0, digestAt: null }, 5, now)).toMatchObject({
    single: [1, 2, 3, 4, 5],
    digest: [6, 7, 8],
    later: [],
  })
  expect(planAlerts([9], { single: 5, digestAt: ago(3) }, 5, now)).toMatchObject({
    single: [],
    digest: [],
    later: [9],
    laterAt: new Date(now.getTime() + 7 * 60_000),
  })
  expect(planAlerts([9], { single: 5, digestAt: ago(10) }, 5, now)).toMatchObject({ digest: [9], later: [] })
  expect(planAlerts([9], { single: 4, digestAt: ago(3) }, 5, now)).toMatchObject({ single: [9], later: [] })
})

test('waits double up to an hour; a longer wait that was asked for is kept, up to an hour', () => {
  const waits = [1, 2, 3, 11, 18].map((attempts) => retryDelay(attempts, undefined, 0.5))
  expect(waits).toEqual([5000, 10_000, 20_000, 3_600_000, 3_600_000])
  expect([retryDelay(1, 30, 0), retryDelay(1, 86_400, 0)]).toEqual([30_000, 3_600_000])
})
