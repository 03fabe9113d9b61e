import { describe, expect, test } from 'vitest'
import { compareCounts, compareNumbers, holm } from './compare.rules.ts'

const sampleOf = (values: readonly number[]) => ({
  n: values.length,
  total: values.reduce((sum, one) => sum + one, 0),
  squares: values.reduce((sum, one) => sum + one * one, 0),
})
const plain = { rate: false, floor: 0 }

describe('numbers', () => {
  test("Welch's test: the p-value is that of a worked example", () => {
    // Rosetta Code, "Welch's t-test": 0.021378.
    const a = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4]
    const b = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]
    expect(compareNumbers(sampleOf(a), sampleOf(b), plain).p).toBeCloseTo(0.021378, 6)
  })

  test('one standard deviation is about a third of the way to a different agent', () => {
    const wave = (shift: number) => sampleOf(Array.from({ length: 20_000 }, (_, n) => Math.SQRT2 * Math.sin(n) + shift))
    expect(compareNumbers(wave(0), wave(1), plain).distance).toBeCloseTo(Math.sqrt(1 - Math.exp(-1 / 8)), 2)
    expect(compareNumbers(wave(0), wave(0), plain)).toMatchObject({ distance: 0 })
    expect(compareNumbers(wave(0), wave(100), plain).distance).toBeCloseTo(1, 6)
  })

  test('a constant that moves by a hair has not changed, one that moves far has', () => {
    const constant = (value: number) => sampleOf(Array.from({ length: 100 }, () => value))
    expect(compareNumbers(constant(10), constant(10.001), { rate: false, floor: 0.1 }).p).toBeGreaterThan(0.5)
    expect(compareNumbers(constant(10), constant(11), { rate: false, floor: 0.1 }).p).toBeLessThan(1e-9)
    expect(compareNumbers(constant(10), constant(10), plain)).toEqual({ distance: 0, p: 1 })
  })

  test('all of 40 beside 39 of 40 is chance, beside 10 of 40 it is not', () => {
    const rate = (successes: number) => ({ n: 40, total: successes, squares: successes })
    const kind = { rate: true, floor: 0 }
    expect(compareNumbers(rate(40), rate(39), kind).p).toBeGreaterThan(0.1)
    expect(compareNumbers(rate(40), rate(10), kind).p).toBeLessThan(1e-6)
  })
})

describe('categories', () => {
  const counts = (...pairs: [string, number][]) => new Map(pairs)

  test('what is the same is not apart, what shares nothing is 1', () => {
    const a = counts(['x', 60], ['y', 40])
    expect(compareCounts(a, a)).toMatchObject({ distance: 0 })
    expect(compareCounts(a, a).p).toBeCloseTo(1)
    const apart = compareCounts(counts(['x', 500]), counts(['y', 500]))
    expect(apart.distance).toBeCloseTo(1, 2)
    expect(apart.p).toBeLessThan(1e-9)
  })

  test('the divergence is that of a worked example, once chance adds nothing', () => {
    const many = (x: number, y: number) => counts(['x', x * 1e9], ['y', y * 1e9])
    // JSD((0.5, 0.5), (0.9, 0.1)) = H(0.7) - (H(0.5) + H(0.9)) / 2 = 0.8813 - (1 + 0.4690) / 2 bits
    expect(compareCounts(many(0.5, 0.5), many(0.9, 0.1)).distance).toBeCloseTo(Math.sqrt(0.14679), 3)
  })

  test('many names that came once each are no sign of change', () => {
    const once = (prefix: string) => counts(...Array.from({ length: 50 }, (_, n): [string, number] => [prefix + n, 1]))
    expect(compareCounts(once('a'), once('b'))).toEqual({ distance: 0, p: 1 })
    const mixed = (prefix: string) => new Map([...once(prefix), ['read', 50]])
    expect(compareCounts(mixed('a'), mixed('b')).p).toBeGreaterThan(0.5)
  })

  test('a single name is compared with nothing', () => {
    expect(compareCounts(counts(['x', 100]), counts(['x', 90]))).toEqual({ distance: 0, p: 1 })
  })
})

test("Holm's correction keeps the order of what it was given", () => {
  const adjusted = holm([0.04, 0.01, 0.03])
  expect(adjusted[1]).toBeCloseTo(0.03)
  expect(adjusted[2]).toBeCloseTo(0.06)
  expect(adjusted[0]).toBeCloseTo(0.06)
  expect(holm([])).toEqual([])
})
