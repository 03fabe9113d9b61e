import { priceUsage } from '#core/pricing/index'
import type { Context } from '../kernel/context.ts'

const MAX_COST_USD = 10_000
const MAX_TOKENS = 10_000_000

/** Sums over any number of actions stay far below what a bigint holds. */
export function clampTokens(tokens: number | undefined): number | undefined {
  return tokens === undefined ? undefined : Math.min(tokens, MAX_TOKENS)
}

/** A reported cost stands; else tokens of a priced model give one; else the cost is unknown, never zero. */
export function costOf(
  ctx: Context,
  costUsd: number | undefined,
  tokens: { readonly tokens_in: number | undefined; readonly tokens_out: number | undefined },
  model: string | undefined,
): { cost_micros: number | null; priced: boolean | null } {
  if (costUsd !== undefined) return { cost_micros: Math.round(Math.min(costUsd, MAX_COST_USD) * 1e6), priced: true }
  if (tokens.tokens_in === undefined && tokens.tokens_out === undefined) return { cost_micros: null, priced: null }
  if (model === undefined) return { cost_micros: null, priced: false }
  const usage = { model, tokens_in: tokens.tokens_in ?? 0, tokens_out: tokens.tokens_out ?? 0, at: ctx.now() }
  const price = priceUsage(usage)
  return price.priced ? { cost_micros: price.cost_micros, priced: true } : { cost_micros: null, priced: false }
}
