import type { OutputOf } from '../../client/operations.ts'
import { dollars } from '../parts/money.ts'
import { dayOf } from './costs.rules.ts'

export type FleetAgent = OutputOf<'fleet_list'>['agents'][number]

export const USAGE_DAYS = 14
const DAY_MS = 86_400_000

export interface Trend {
  /** Oldest first, one a day (UTC), the last is today. */
  readonly values: readonly number[]
  readonly words: string
}

/** What an agent cost by day, or how much it told where nothing of it has a price. */
export function trendOf({ usage = [] }: Pick<FleetAgent, 'usage'>, now: number): Trend {
  const known = new Map(usage.map((one) => [one.day, one]))
  const days = Array.from({ length: USAGE_DAYS }, (_, n) => known.get(dayOf(now - (USAGE_DAYS - 1 - n) * DAY_MS)))
  const costs = days.map((day) => day?.cost_usd ?? 0)
  if (costs.some((cost) => cost > 0)) return { values: costs, words: wordsOf('Cost', costs, dollars) }
  const events = days.map((day) => day?.events ?? 0)
  return { values: events, words: wordsOf('Events', events, (count) => count.toLocaleString()) }
}

function wordsOf(what: string, values: readonly number[], shown: (value: number) => string): string {
  const most = Math.max(...values)
  if (most === 0) return `Nothing in ${values.length} days`
  const sum = values.reduce((all, value) => all + value, 0)
  return `${what} of ${values.length} days: ${shown(sum)}, at most ${shown(most)} a day, ${shown(values.at(-1) ?? 0)} today`
}
