import { expect, test } from 'vitest'
import { MAX_ATTEMPTS, retryAfterMs, waitAfter } from './schedule.rules.ts'

test('waits grow from 5 seconds to 8 hours, give or take a fifth, and then there is none', () => {
  const waits = Array.from({ length: MAX_ATTEMPTS }, (_, n) => waitAfter(n + 1, 5000, 0.5))
  expect(waits.map((ms) => ms && ms / 1000)).toEqual([5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, null])
  expect([waitAfter(1, 5000, 0), waitAfter(1, 5000, 1)]).toEqual([4000, 6000])
})

test.each([
  [null, 0],
  ['120', 120_000],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
  ['999999999', 86_400_000],
])('Retry-After %s is a rest of %d ms', (header, ms) => {
  expect(retryAfterMs(header, new Date('2026-01-01T00:00:00Z'))).toBe(ms)
})
