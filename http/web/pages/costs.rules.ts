import type { OutputOf } from '../../client/operations.ts'
import { csvOf } from '../parts/csv.rules.ts'
import type { Period } from '../parts/period.rules.ts'

export type Costs = OutputOf<'telemetry_list_costs'>
export type Anomaly = NonNullable<Costs['anomaly']>

/** Iglewicz and Hoaglin's bound; the server tells the score. */
const UNUSUAL = 3.5

export interface DayCost {
  readonly day: string
  readonly usd: number
  readonly tokens: number
  readonly unpriced: number
}

const DAY_MS = 86_400_000
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The first of so many days (UTC) that end today. */
export const firstDay = (period: Period, now: number): string => dayOf(now - (period - 1) * DAY_MS)

/** Every day of the period, those without a cost too. */
export function daysOf(costs: Costs, period: Period, now: number): readonly DayCost[] {
  const known = new Map(costs.by_day.map((one) => [one.day, one]))
  return Array.from({ length: period }, (_, n) => {
    const day = dayOf(now - (period - 1 - n) * DAY_MS)
    const one = known.get(day)
    return { day, usd: one?.cost_usd ?? 0, tokens: one?.tokens ?? 0, unpriced: one?.unpriced_count ?? 0 }
  })
}

/**
 * The day is not over, so that it is cheap yet tells nothing; that it is dear does. Where no day before differed from the
 * others there is no score; whoever never cost anything can only have become dearer.
 */
export function unusuallyDear(anomaly: Anomaly | null, today?: number): boolean {
  if (anomaly === null) return false
  if (anomaly.z !== null) return anomaly.z > UNUSUAL
  return today === undefined ? anomaly.median_usd === 0 : today > anomaly.median_usd
}

export function costsCsv(costs: Costs, days: readonly DayCost[]): string {
  const sums = (one: Pick<Costs['by_model'][number], 'cost_usd' | 'tokens' | 'unpriced_count'>) => [
    one.cost_usd,
    one.tokens,
    one.unpriced_count,
  ]
  return csvOf(
    ['by', 'id', 'name', 'cost_usd', 'tokens', 'unpriced_events'],
    [
      ...days.map((one) => ['day', one.day, one.day, one.usd, one.tokens, one.unpriced]),
      ...costs.by_agent.map((one) => ['agent', one.agent_id, one.agent_name, ...sums(one)]),
      ...costs.by_model.map((one) => ['model', one.model, one.model, ...sums(one)]),
      ...costs.by_version.map((one) => ['version', one.version_id, null, ...sums(one)]),
      ...costs.by_task.map((one) => ['task', one.task, one.task, one.cost_usd, null, null]),
    ],
  )
}
