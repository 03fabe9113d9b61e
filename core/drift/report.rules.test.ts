import { describe, expect, test } from 'vitest'
import { explained } from './explain.rules.ts'
import { reportOf } from './report.rules.ts'
import { falseAlertsOf, randomOf, ratesOf, syntheticReport } from './test-synthetic.ts'

const SEED = 20_260_215
const EQUAL = { before: 200, now: 200 }

describe('made-up agents with known shifts', () => {
  test('of agents that did not change at most 5 % are called changed', { timeout: 120_000 }, () => {
    expect(ratesOf(SEED, 400, 'none', { before: 30, now: 30 }).alarms).toBeLessThanOrEqual(0.05)
    expect(ratesOf(SEED, 400, 'none', EQUAL).alarms).toBeLessThanOrEqual(0.05)
    expect(ratesOf(SEED, 200, 'none', { before: 1000, now: 50 }).alarms).toBeLessThanOrEqual(0.05)
  })

  test('of agents that do not change at most 5 % have an alert in a month of daily looks', { timeout: 120_000 }, () => {
    expect(falseAlertsOf(SEED, 25, 30)).toBeLessThanOrEqual(0.05)
  })

  test.each(['1 sigma', 'tool mix', 'tone'] as const)('%s: at least 95 % are found with 200 samples', (shift) => {
    const { alarms, meanScore } = ratesOf(SEED, 100, shift, EQUAL)
    expect(alarms).toBeGreaterThanOrEqual(0.95)
    expect(meanScore).toBeGreaterThan(ratesOf(SEED, 50, 'none', EQUAL).meanScore * 3)
  })

  test('1 sigma is drifting, and the dimension that moved is named first', () => {
    expect(ratesOf(SEED, 50, '1 sigma', EQUAL).drifting).toBeGreaterThanOrEqual(0.95)
    const random = randomOf(SEED)
    const [first] = syntheticReport(random, '1 sigma', EQUAL).changed
    expect(first).toMatchObject({ dimension: 'duration', status: 'drifting' })
    expect(syntheticReport(random, 'tone', EQUAL).changed[0]?.dimension).toBe('tone')
    expect(syntheticReport(random, 'tool mix', EQUAL).changed[0]).toMatchObject({
      dimension: 'tool_use',
      change: { bucket: 'bash', unit: 'share' },
    })
  })
})

const none = { n: 0, total: 0, squares: 0 }
const calls = (bucket: string, before: number, now: number) => ({
  dimension: 'tool_use',
  bucket,
  before: { ...none, n: before },
  now: { ...none, n: now },
})

test('fewer samples than 30 in one window are insufficient, and of nothing there is no drift', () => {
  const { status, score, dimensions } = reportOf([calls('a', 500, 29)])
  expect([status, score]).toEqual(['insufficient_data', 0])
  expect(dimensions.find(({ dimension }) => dimension === 'tool_use')).toMatchObject({
    status: 'insufficient_data',
    n_baseline: 500,
    n_current: 29,
  })
  expect(reportOf([])).toMatchObject({ status: 'insufficient_data', score: 0, changed: [] })
})

test('a difference that millions of samples make significant is healthy while it is small', () => {
  const { status, dimensions } = reportOf([calls('a', 5_000_000, 5_020_000), calls('b', 5_000_000, 4_980_000)])
  expect(dimensions.find(({ dimension }) => dimension === 'tool_use')?.p).toBeLessThan(1e-6)
  expect(status).toBe('healthy')
})

test('what changed is told with its numbers', () => {
  const [change] = reportOf([calls('bash', 120, 40), calls('read', 80, 160)]).changed
  expect(change?.change && explained(change.change)).toMatch(
    /^"(bash|read)" among tool calls: \d+\.0 % → \d+\.0 % \(200 and 200 samples\)$/,
  )
  const logs = (usd: number) => ({ n: 50, total: 50 * Math.log1p(usd * 1e6), squares: 50 * Math.log1p(usd * 1e6) ** 2 })
  const [cost] = reportOf([{ dimension: 'cost', bucket: '', before: logs(0.042), now: logs(0.084) }]).changed
  expect(cost?.change && explained(cost.change)).toBe('Cost of a task: $0.042 → $0.084 (50 and 50 samples)')
})
