import { expect, test } from 'vitest'
import { anomalyOn, robustZ } from './anomaly.rules.ts'

test('the score is 0.6745 (x - median) / MAD', () => {
  // Median 4, deviations 3 2 1 0 1 2 3, MAD 2.
  expect(robustZ(10, [1, 2, 3, 4, 5, 6, 7])).toEqual({ z: (0.6745 * 6) / 2, median: 4 })
  expect(robustZ(4, [7, 6, 5, 4, 3, 2, 1])).toEqual({ z: 0, median: 4 })
})

test('one wild day before hides nothing', () => {
  const { z } = robustZ(100, [10, 11, 9, 10, 12, 10_000, 8, 10]) ?? {}
  expect(z).toBeGreaterThan(3.5)
})

test('where most days are equal the mean deviation stands for the MAD; where all are, nothing does', () => {
  expect(robustZ(5, [2, 2, 2, 2, 2, 2, 9])).toEqual({ z: 3 / 1.253314, median: 2 })
  expect(robustZ(3, [2, 2, 2, 2, 2, 2, 2])).toEqual({ z: null, median: 2 })
  expect(robustZ(2, [2, 2, 2, 2, 2, 2, 2])).toEqual({ z: 0, median: 2 })
})

test('fewer than seven days tell nothing; gaps are days without cost, later and older days do not count', () => {
  expect(robustZ(5, [1, 2, 3, 4, 5, 6])).toBeNull()
  const costs = [
    { day: '2026-01-01', cost: 999 },
    { day: '2026-03-01', cost: 2 },
    { day: '2026-03-09', cost: 3 },
    { day: '2026-03-10', cost: 999 },
  ]
  expect(anomalyOn('2026-03-09', costs.slice(1))).toMatchObject({ median: 0 })
  expect(anomalyOn('2026-03-09', costs)).toMatchObject({ median: 0 })
  expect(anomalyOn('2026-03-03', costs.slice(1))).toBeNull()
})
