import { describe, expect, test } from 'vitest'
import { daysOf, figuresOf, NO_TASKS, wilson } from './stats.rules.ts'

describe('Wilson', () => {
  // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%d of %d', (successes, n, low, high) => {
    const interval = wilson(successes, n)
    expect(interval?.low).toBeCloseTo(low, 4)
    expect(interval?.high).toBeCloseTo(high, 4)
  })

  test('of nothing there is none', () => {
    expect(wilson(0, 0)).toBeNull()
  })
})

describe('figures', () => {
  test('a partial success counts half', () => {
    const figures = figuresOf({ ...NO_TASKS, successes: 6, partials: 2, failures: 2, cost_micros: 1_400_000 })
    expect(figures).toMatchObject({ total_tasks: 10, success_rate: 0.7, cost_per_task: 0.14, cost_per_outcome: 0.2 })
  })

  test('without a value there is no return, with one and no cost neither', () => {
    expect(figuresOf({ ...NO_TASKS, successes: 1, cost_micros: 5 })).toMatchObject({ value: null, net_roi: null })
    expect(figuresOf({ ...NO_TASKS, successes: 1, valued: 1, value_micros: 7 }).net_roi).toBeNull()
  })

  test('the return is what is left over the cost', () => {
    const sums = { ...NO_TASKS, successes: 2, valued: 2, value_micros: 3_400_000, cost_micros: 1_000_000 }
    expect(figuresOf(sums).net_roi).toBeCloseTo(2.4)
    expect(figuresOf({ ...sums, value_micros: 0 }).net_roi).toBe(-1)
  })

  test('a period ends today, and the one before it ends where it begins', () => {
    expect(daysOf('7d', new Date('2026-03-08T23:59:00Z'))).toEqual({ from: '2026-03-02', before: '2026-02-23' })
  })
})
