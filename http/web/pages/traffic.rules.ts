import type { OutputOf } from '../../client/operations.ts'
import { dollars } from '../parts/money.ts'

export type Compared = OutputOf<'agent_versions_get_traffic'>['versions'][number]

export const percent = (part: number, digits = 0): string =>
  part.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: digits })

/** `900 ms`, `12.4 s`, `3 min 5 s`. */
export function tookOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toLocaleString(undefined, { maximumFractionDigits: 1 })} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

export interface Measure {
  readonly name: string
  readonly of: (one: Compared) => number | null
  readonly shown: (value: number) => string
}

/** Compared as pictures, since each is a rate: how much work a version got does not change them. */
export const RATES: readonly Measure[] = [
  { name: 'Success rate', of: ({ figures }) => figures.success_rate, shown: (value) => percent(value) },
  { name: 'Cost per task', of: ({ figures }) => figures.cost_per_task_usd, shown: dollars },
  { name: 'Time per task', of: ({ figures }) => figures.mean_duration_ms, shown: tookOf },
  {
    name: 'Errors per event',
    of: ({ figures }) => (figures.events === 0 ? null : figures.errors / figures.events),
    shown: (value) => percent(value, 1),
  },
]

const count = (value: number): string => value.toLocaleString()

/** All that the table behind has. */
export const SUMS: readonly Measure[] = [
  { name: 'Tasks', of: ({ figures }) => figures.tasks, shown: count },
  { name: 'Events', of: ({ figures }) => figures.events, shown: count },
  { name: 'Errors', of: ({ figures }) => figures.errors, shown: count },
  { name: 'Tokens', of: ({ figures }) => figures.tokens, shown: count },
  { name: 'Cost', of: ({ figures }) => figures.cost_usd, shown: dollars },
  { name: 'Value', of: ({ figures }) => figures.value_usd, shown: dollars },
]

/** `1` where it is as large as the largest of them. */
export function partOf(measure: Measure, one: Compared, all: readonly Compared[]): number {
  const most = Math.max(...all.map((other) => measure.of(other) ?? 0))
  return most === 0 ? 0 : (measure.of(one) ?? 0) / most
}

export interface Weight {
  readonly version_id: string
  /** As the field holds it. */
  readonly weight: string
}

export const isWeight = (text: string): boolean => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000

/** Part of the work for each, once all of them are weights. */
export function sharesOf(weights: readonly Weight[]): readonly (number | null)[] {
  const sum = weights.reduce((all, { weight }) => all + (isWeight(weight) ? Number(weight) : 0), 0)
  return weights.map(({ weight }) => (isWeight(weight) && sum > 0 ? Number(weight) / sum : null))
}
