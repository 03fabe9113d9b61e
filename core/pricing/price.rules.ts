import type { ModelPrice } from '@pydantic/genai-prices'
import { findPrices } from './match.rules.ts'

export interface Usage {
  readonly model: string
  /** Input tokens that were neither written to nor read from a cache. */
  readonly tokens_in: number
  readonly tokens_out: number
  readonly cache_write_tokens?: number
  readonly cache_read_tokens?: number
  /** When the tokens were used: prices change. */
  readonly at: Date
}

/** An org's own price, in USD per million tokens. `model` is exact, or a prefix when it ends in `*`. */
export interface PriceOverride {
  readonly model: string
  readonly input_per_mtok: number
  readonly output_per_mtok: number
  readonly cache_write_per_mtok?: number
  readonly cache_read_per_mtok?: number
}

export interface Price {
  /** False: the model is unknown or not sold by the token; the cost is then 0 and means nothing. */
  readonly priced: boolean
  /** Whole micro-dollars, rounded half up. */
  readonly cost_micros: number
  readonly provider?: string
  /** The entry that was used. */
  readonly model_ref?: string
  readonly source: 'override' | 'table' | 'none'
}

interface Rates {
  readonly input: bigint
  readonly output: bigint | null
  readonly cacheWrite: bigint
  readonly cacheRead: bigint
}

const UNPRICED: Price = { priced: false, cost_micros: 0, source: 'none' }
/** Rates are kept in billionths of a dollar per million tokens, as integers: sums then have no drift. */
const SCALE = 1_000_000_000n

function scaled(rate: number): bigint {
  return BigInt(Math.round(rate * Number(SCALE)))
}

/** A long context costs more from its first token on: the last tier that the whole input exceeds sets the rate. */
function rateAt(price: ModelPrice[string], input: number): bigint | null {
  if (price === undefined) return null
  if (typeof price === 'number') return scaled(price)
  const reached = [...price.tiers].sort((a, b) => a.start - b.start).findLast(({ start }) => input > start)
  return scaled(reached?.price ?? price.base)
}

/** Cache tokens are input tokens: without a rate of their own they cost what input costs. */
function tableRates(prices: ModelPrice, totalInput: number): Rates | null {
  const input = rateAt(prices['input_mtok'], totalInput)
  if (input === null || prices['requests_kcount'] !== undefined) return null
  return {
    input,
    output: rateAt(prices['output_mtok'], totalInput),
    cacheWrite: rateAt(prices['cache_write_mtok'], totalInput) ?? input,
    cacheRead: rateAt(prices['cache_read_mtok'], totalInput) ?? input,
  }
}

function overrideRates(override: PriceOverride): Rates {
  const input = scaled(override.input_per_mtok)
  return {
    input,
    output: scaled(override.output_per_mtok),
    cacheWrite: override.cache_write_per_mtok === undefined ? input : scaled(override.cache_write_per_mtok),
    cacheRead: override.cache_read_per_mtok === undefined ? input : scaled(override.cache_read_per_mtok),
  }
}

function findOverride(overrides: readonly PriceOverride[], model: string): PriceOverride | undefined {
  const id = model.trim().toLowerCase()
  const exact = overrides.find((override) => override.model.toLowerCase() === id)
  if (exact) return exact
  const fits = overrides.filter(
    ({ model: name }) => name.endsWith('*') && id.startsWith(name.slice(0, -1).toLowerCase()),
  )
  return fits.sort((a, b) => b.model.length - a.model.length)[0]
}

function tokens(count: number | undefined, field: string): number {
  const value = count ?? 0
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${field} must be a whole number from 0 on.`)
  return value
}

interface Counts {
  readonly input: number
  readonly output: number
  readonly cacheWrite: number
  readonly cacheRead: number
}

function costOf(counts: Counts, rates: Rates): number | null {
  if (rates.output === null && counts.output > 0) return null
  const exact =
    BigInt(counts.input) * rates.input +
    BigInt(counts.output) * (rates.output ?? 0n) +
    BigInt(counts.cacheWrite) * rates.cacheWrite +
    BigInt(counts.cacheRead) * rates.cacheRead
  const micros = (exact + SCALE / 2n) / SCALE
  return micros > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(micros)
}

/**
 * What tokens cost: `tokens × USD per million` is micro-dollars. An org's override stands over the table; a model that
 * neither names is answered `priced: false`, never a guess. Throws RangeError on counts that are not whole and ≥ 0.
 */
export function priceUsage(usage: Usage, overrides: readonly PriceOverride[] = []): Price {
  const counts: Counts = {
    input: tokens(usage.tokens_in, 'tokens_in'),
    output: tokens(usage.tokens_out, 'tokens_out'),
    cacheWrite: tokens(usage.cache_write_tokens, 'cache_write_tokens'),
    cacheRead: tokens(usage.cache_read_tokens, 'cache_read_tokens'),
  }
  const override = findOverride(overrides, usage.model)
  if (override) {
    const cost = costOf(counts, overrideRates(override)) ?? 0
    return { priced: true, cost_micros: cost, model_ref: override.model, source: 'override' }
  }
  const found = findPrices(usage.model, usage.at)
  const rates = found && tableRates(found.prices, counts.input + counts.cacheWrite + counts.cacheRead)
  const cost = rates && costOf(counts, rates)
  if (!found || cost === null) return UNPRICED
  return { priced: true, cost_micros: cost, provider: found.provider, model_ref: found.model, source: 'table' }
}
