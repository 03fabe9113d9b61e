import type { Overrun, Spend } from '#core/policies/index'

const MICROS = 1_000_000
const METRICS = [
  { metric: 'usd', field: 'usd_micros', unit: MICROS },
  { metric: 'tokens', field: 'tokens', unit: 1 },
  { metric: 'calls', field: 'calls', unit: 1 },
] as const satisfies readonly { metric: Overrun['metric']; field: keyof Spend; unit: number }[]

/** Which limits a request would break. `held` is what is used and reserved; figures of `usd` come out in dollars. */
export function overruns(limits: Partial<Spend>, held: Spend, requested: Spend): Overrun[] {
  return METRICS.flatMap(({ metric, field, unit }) => {
    const limit = limits[field]
    if (limit === undefined || held[field] + requested[field] <= limit) return []
    return [{ metric, limit: limit / unit, used: held[field] / unit, requested: requested[field] / unit }]
  })
}

/** Above any real act; far enough below 2^53 that the sums of a window stay exact. */
const MAX_AMOUNT = 1e12

/** Amounts that the database can hold and add up without loss: whole numbers from 0 to 10^12. */
export function isSpend(spend: Spend): boolean {
  return METRICS.every(({ field }) => Number.isInteger(spend[field]) && spend[field] >= 0 && spend[field] <= MAX_AMOUNT)
}
