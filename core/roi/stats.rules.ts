export const PERIODS = { '7d': 7, '30d': 30, '90d': 90 } as const
export type Period = keyof typeof PERIODS

/** Sums of ended tasks over some days. Money in micro-dollars. */
export interface TaskSums {
  readonly successes: number
  readonly failures: number
  readonly partials: number
  readonly cost_micros: number
  readonly duration_ms: number
  readonly value_micros: number
  /** Tasks whose worth is known. */
  readonly valued: number
}

export const NO_TASKS: TaskSums = {
  successes: 0,
  failures: 0,
  partials: 0,
  cost_micros: 0,
  duration_ms: 0,
  value_micros: 0,
  valued: 0,
}

/** Two-sided 95 %. */
const Z = 1.959964

/** Wilson's score interval of a rate. Halves of a success are taken as they are. */
export function wilson(successes: number, n: number): { low: number; high: number } | null {
  if (n === 0) return null
  const rate = successes / n
  const square = (Z * Z) / n
  const middle = rate + square / 2
  const spread = Z * Math.sqrt((rate * (1 - rate)) / n + square / (4 * n))
  return {
    low: Math.max(0, (middle - spread) / (1 + square)),
    high: Math.min(1, (middle + spread) / (1 + square)),
  }
}

export interface Figures {
  readonly total_tasks: number
  readonly success_rate: number | null
  readonly success_rate_interval: { readonly low: number; readonly high: number } | null
  readonly total_cost: number
  readonly cost_per_task: number | null
  readonly cost_per_outcome: number | null
  readonly mean_duration_ms: number | null
  readonly value: number | null
  readonly valued_tasks: number
  readonly net_roi: number | null
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

export function figuresOf(sums: TaskSums): Figures {
  const total = sums.successes + sums.failures + sums.partials
  const succeeded = sums.successes + sums.partials / 2
  const value = sums.valued === 0 ? null : sums.value_micros
  const usd = (micros: number | null): number | null => (micros === null ? null : micros / 1e6)
  return {
    total_tasks: total,
    success_rate: ratio(succeeded, total),
    success_rate_interval: wilson(succeeded, total),
    total_cost: sums.cost_micros / 1e6,
    cost_per_task: usd(ratio(sums.cost_micros, total)),
    cost_per_outcome: usd(ratio(sums.cost_micros, succeeded)),
    mean_duration_ms: ratio(sums.duration_ms, total),
    value: usd(value),
    valued_tasks: sums.valued,
    net_roi: value === null ? null : ratio(value - sums.cost_micros, sums.cost_micros),
  }
}

const TRENDS = ['total_tasks', 'success_rate', 'cost_per_task', 'cost_per_outcome', 'total_cost', 'net_roi'] as const

export interface Trend {
  readonly previous: number | null
  readonly change: number | null
}

/** Each figure beside that of the period before; `change` is the difference, null where one of the two is unknown. */
export function trendOf(now: Figures, before: Figures): Readonly<Record<(typeof TRENDS)[number], Trend>> {
  const trend = (name: (typeof TRENDS)[number]): Trend => {
    const [current, previous] = [now[name], before[name]]
    return { previous, change: current === null || previous === null ? null : current - previous }
  }
  return {
    total_tasks: trend('total_tasks'),
    success_rate: trend('success_rate'),
    cost_per_task: trend('cost_per_task'),
    cost_per_outcome: trend('cost_per_outcome'),
    total_cost: trend('total_cost'),
    net_roi: trend('net_roi'),
  }
}

/** First days of the period that ends on the day of `now`, and of the one before it. */
export function daysOf(period: Period, now: Date): { readonly from: string; readonly before: string } {
  const day = (back: number): string => new Date(now.getTime() - back * 86_400_000).toISOString().slice(0, 10)
  const length = PERIODS[period]
  return { from: day(length - 1), before: day(2 * length - 1) }
}
