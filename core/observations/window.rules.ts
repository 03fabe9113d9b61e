import type { BudgetWindow } from './tables.ts'

const DAY_MS = 86_400_000

/** Start of the budget window that holds `at`, in UTC: hour, day, ISO week (Monday), month; the epoch for `total`. */
export function windowStart(window: BudgetWindow, at: Date): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  switch (window) {
    case 'hour':
      return new Date(Date.UTC(year, month, day, at.getUTCHours()))
    case 'day':
      return new Date(Date.UTC(year, month, day))
    case 'week':
      return new Date(Date.UTC(year, month, day) - ((at.getUTCDay() + 6) % 7) * DAY_MS)
    case 'month':
      return new Date(Date.UTC(year, month, 1))
    case 'total':
      return new Date(0)
  }
}
