import { calcPrice } from '@pydantic/genai-prices'
import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { priceUsage } from './index.ts'

const at = new Date('2026-11-01T12:00:00Z')
const million = 1_000_000

test.each([
  ['claude-opus-4-8', 'anthropic', 30],
  ['claude-sonnet-4-6-20260301', 'anthropic', 18],
  ['claude-opus-4-5[1m]', 'anthropic', 30],
  ['CLAUDE-OPUS-4-5', 'anthropic', 30],
  ['anthropic/claude-opus-4-5', 'anthropic', 30],
  ['gpt-5', 'openai', 11.25],
  ['gpt-4.1-mini', 'openai', 2],
  ['o3', 'openai', 10],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'aws', 18],
])('%s is priced by %s at %d dollars for a million tokens in and a million out', (model, provider, dollars) => {
  const price = priceUsage({ model, tokens_in: 100_000, tokens_out: 100_000, at })
  expect(price).toMatchObject({ priced: true, provider, source: 'table', cost_micros: dollars * 100_000 })
})

test.each([
  'gpt-99',
  'gpt-4o-999',
  'foo-o3-bar',
  'my-claude',
  'claude-haiku-4-55',
  'claude-sonnet-4-5-foo',
  'gemini-2.5-prox',
  'xclaude-v2y',
  'opus',
  '',
  '__proto__',
  'a'.repeat(5000),
])('an unknown model is not priced: %s', (model) => {
  expect(priceUsage({ model, tokens_in: 1000, tokens_out: 1000, at })).toEqual({
    priced: false,
    cost_micros: 0,
    source: 'none',
  })
})

test('the four kinds of tokens have their own rates, and tokens_in is what no cache had a part in', () => {
  const cost = (part: object): number =>
    priceUsage({ model: 'claude-opus-4-8', tokens_in: 0, tokens_out: 0, at, ...part }).cost_micros
  expect(cost({ tokens_in: 1000 })).toBe(5000)
  expect(cost({ tokens_out: 1000 })).toBe(25_000)
  expect(cost({ cache_write_tokens: 1000 })).toBe(6250)
  expect(cost({ cache_read_tokens: 1000 })).toBe(500)
  expect(cost({ tokens_in: 1000, tokens_out: 1000, cache_write_tokens: 1000, cache_read_tokens: 1000 })).toBe(36_750)
})

test('a long context is priced by its tier, from the first token on', () => {
  const price = (tokens_in: number): number =>
    priceUsage({ model: 'claude-sonnet-4-5', tokens_in, tokens_out: 0, at }).cost_micros
  expect(price(200_000)).toBe(600_000)
  expect(price(200_001)).toBe(1_200_006)
})

test('an override stands over the table: the exact name first, then the longest prefix', () => {
  const rate = (model: string, dollars: number) => ({ model, input_per_mtok: dollars, output_per_mtok: dollars })
  const overrides = [rate('local-*', 1), rate('local-big-*', 2), rate('gpt-5', 3)]
  const cost = (model: string) => priceUsage({ model, tokens_in: 100, tokens_out: 0, at }, overrides)
  expect(cost('local-small')).toMatchObject({ cost_micros: 100, source: 'override', model_ref: 'local-*' })
  expect(cost('local-big-1').cost_micros).toBe(200)
  expect(cost('gpt-5').cost_micros).toBe(300)
  expect(cost('xlocal-1').priced).toBe(false)
})

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a count of %d is refused by name', (tokens_in) => {
  expect(() => priceUsage({ model: 'gpt-5', tokens_in, tokens_out: 0, at })).toThrow(/tokens_in/)
})

const models = fc.constantFrom(
  'claude-opus-4-8',
  'claude-sonnet-4-5',
  'gpt-5',
  'gpt-5.5',
  'gpt-4.1-nano',
  'gemini-2.5-pro',
  'o3',
)
const count = fc.nat(50 * million)

test('cost is a whole number, never negative, and never falls when any count grows', () => {
  fc.assert(
    fc.property(models, fc.tuple(count, count, count, count), fc.tuple(count, count, count, count), (model, a, b) => {
      const cost = ([tokens_in, tokens_out, cache_write_tokens, cache_read_tokens]: readonly [
        number,
        number,
        number,
        number,
      ]) => priceUsage({ model, tokens_in, tokens_out, cache_write_tokens, cache_read_tokens, at }).cost_micros
      const less = cost(a)
      const more = cost([a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]])
      expect(Number.isSafeInteger(less)).toBe(true)
      expect(less).toBeGreaterThanOrEqual(0)
      expect(more).toBeGreaterThanOrEqual(less)
    }),
  )
})

test('parts summed differ from the whole by rounding alone', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 50 }), (parts) => {
      const cost = (tokens_in: number): number =>
        priceUsage({ model: 'gpt-4.1-nano', tokens_in, tokens_out: 0, at }).cost_micros
      const summed = parts.reduce((total, part) => total + cost(part), 0)
      const whole = cost(parts.reduce((total, part) => total + part, 0))
      expect(Math.abs(summed - whole)).toBeLessThanOrEqual(parts.length / 2 + 0.5)
    }),
  )
})

test('agrees with the table’s own calculation to the micro-dollar', () => {
  fc.assert(
    fc.property(models, fc.tuple(count, count), (model, [tokens_in, tokens_out]) => {
      const theirs = calcPrice({ input_tokens: tokens_in, output_tokens: tokens_out }, model, { timestamp: at })
      const ours = priceUsage({ model, tokens_in, tokens_out, at })
      expect(Math.abs(ours.cost_micros - (theirs?.total_price ?? Number.NaN) * 1e6)).toBeLessThanOrEqual(0.51)
    }),
  )
})
