import type { BudgetWindow } from './tables.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Start of the budget window that holds `at`, in UTC: hour, day, ISO week (Monday), month; the epoch for `total`. */
export function windowStart(window: BudgetWindow, at: Date): Date {
  return new Date(starts[window](at))
}

const dayOf = (at: Date): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate())

const starts: Readonly<Record<BudgetWindow, (at: Date) => number>> = {
  hour: (at) => dayOf(at) + at.getUTCHours() * HOUR_MS,
  day: dayOf,
  week: (at) => dayOf(at) - ((at.getUTCDay() + 6) % 7) * DAY_MS,
  month: (at) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1),
  total: () => 0,
}
