import { compareCounts, compareNumbers, holm, meanOf, type Comparison, type Sample } from './compare.rules.ts'
import { DIMENSIONS, MEASURES, type Dimension, type Unit } from './dimensions.rules.ts'

/** Sums of one bucket of a measure in both windows; of a number the bucket is empty. */
export interface MeasureRow {
  readonly dimension: string
  readonly bucket: string
  readonly before: Sample
  readonly now: Sample
}

/** Fewer in one of the windows tell nothing. */
export const MIN_SAMPLES = 30
/**
 * An agent that did not change is called changed this rarely, all dimensions together. It is asked about every day, so
 * one in twenty would keep somebody busy.
 */
const ALPHA = 0.01
/** An alert is looked for again and again, and each look is a chance to be wrong. */
const ALPHA_OF_ALERTS = ALPHA / 10
/** What chance alone would do in one of twenty dimensions is not worth telling. */
const NOTICEABLE = 0.05
/** With many samples any change is significant; these are about 0.15 and 0.6 standard deviations. */
const SMALL = 0.05
const LARGE = 0.2

export const STATUSES = ['healthy', 'warning', 'drifting', 'insufficient_data'] as const
export type Status = (typeof STATUSES)[number]

export interface Change extends Comparison {
  readonly measure: string
  /** Of a category: the value whose share changed most; otherwise null. */
  readonly bucket: string | null
  readonly from: number
  readonly to: number
  readonly unit: Unit
  readonly n_baseline: number
  readonly n_current: number
}

export interface DimensionReport {
  readonly dimension: Dimension
  readonly status: Status
  readonly distance: number
  /** Corrected for the number of dimensions; null without enough samples. */
  readonly p: number | null
  readonly n_baseline: number
  readonly n_current: number
  /** What changed most in it. */
  readonly change: Change | null
}

export interface Report {
  readonly status: Status
  readonly score: number
  readonly dimensions: readonly DimensionReport[]
  /** Dimensions that changed noticeably, the most changed first. */
  readonly changed: readonly DimensionReport[]
}

interface Tested {
  readonly dimension: Dimension
  readonly changes: readonly Change[]
  /** Of the whole dimension: the smallest of its measures times their number (Bonferroni). */
  readonly p: number
}

export function reportOf(rows: readonly MeasureRow[]): Report {
  const byMeasure = Map.groupBy(rows, (row) => row.dimension)
  const tested = DIMENSIONS.map((dimension) => testDimension(dimension, byMeasure))
  const known = tested.filter(({ changes }) => changes.length > 0)
  const adjusted = holm(known.map(({ p }) => p))
  const dimensions = tested.map((one) => judged(one, adjusted[known.indexOf(one)], byMeasure))
  const raw = new Map(tested.map(({ dimension, p }) => [dimension, p]))
  const changed = dimensions
    .filter(({ dimension, distance }) => distance > 0 && (raw.get(dimension) ?? 1) < NOTICEABLE)
    .toSorted((a, b) => b.distance - a.distance)
  return {
    status: worst(dimensions.map(({ status }) => status)),
    score: 1 - changed.reduce((same, { distance }) => same * (1 - distance), 1),
    dimensions,
    changed,
  }
}

/** Whether somebody should be told without having asked. */
export function isAlarming({ status, p }: DimensionReport): boolean {
  return (status === 'warning' || status === 'drifting') && p !== null && p < ALPHA_OF_ALERTS
}

type ByMeasure = ReadonlyMap<string, readonly MeasureRow[]>

function testDimension(dimension: Dimension, byMeasure: ByMeasure): Tested {
  const names = Object.keys(MEASURES).filter((name) => MEASURES[name]?.dimension === dimension)
  const changes = names.flatMap((name) => changeOf(name, byMeasure.get(name) ?? []) ?? [])
  const smallest = Math.min(1, ...changes.map(({ p }) => p))
  return { dimension, changes, p: Math.min(1, smallest * changes.length) }
}

function judged({ dimension, changes, p: raw }: Tested, p: number | undefined, byMeasure: ByMeasure): DimensionReport {
  const ofDimension = [...byMeasure].filter(([name]) => MEASURES[name]?.dimension === dimension)
  const most = (side: 'before' | 'now'): number => Math.max(0, ...ofDimension.map(([, rows]) => countOf(rows, side)))
  const seen = { n_baseline: most('before'), n_current: most('now') }
  const told = changes.toSorted((a, b) => a.p - b.p || b.distance - a.distance)[0]
  if (p === undefined || told === undefined) {
    return { dimension, status: 'insufficient_data', distance: 0, p: null, ...seen, change: null }
  }
  // Of several measures in one dimension, those that chance would move as far count for nothing.
  const real = changes.filter((one) => one.p * changes.length < NOTICEABLE || one === told)
  const distance = raw < NOTICEABLE ? Math.max(...real.map((one) => one.distance)) : told.distance
  const status = p >= ALPHA || distance < SMALL ? 'healthy' : distance < LARGE ? 'warning' : 'drifting'
  return { dimension, status, distance, p, ...seen, change: told }
}

function changeOf(name: string, rows: readonly MeasureRow[]): Change | undefined {
  const measure = MEASURES[name]
  const [n_baseline, n_current] = [countOf(rows, 'before'), countOf(rows, 'now')]
  if (measure === undefined || n_baseline < MIN_SAMPLES || n_current < MIN_SAMPLES) return undefined
  const seen = { measure: name, n_baseline, n_current }
  if (measure.kind === 'number') {
    const [row] = rows
    if (row === undefined) return undefined
    const [from, to] = [measure.shown(meanOf(row.before)), measure.shown(meanOf(row.now))]
    return { ...compareNumbers(row.before, row.now, measure), ...seen, bucket: null, from, to, unit: measure.unit }
  }
  const counts = (side: 'before' | 'now') => new Map(rows.map((row) => [row.bucket, row[side].n]))
  const shares = rows.map((row) => ({
    bucket: row.bucket,
    from: row.before.n / n_baseline,
    to: row.now.n / n_current,
    unit: 'share' as const,
  }))
  const most = shares.toSorted((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))[0]
  return most && { ...compareCounts(counts('before'), counts('now')), ...seen, ...most }
}

const countOf = (rows: readonly MeasureRow[], side: 'before' | 'now'): number =>
  rows.reduce((sum, row) => sum + row[side].n, 0)

function worst(statuses: readonly Status[]): Status {
  const order: readonly Status[] = ['drifting', 'warning', 'healthy']
  return order.find((status) => statuses.includes(status)) ?? 'insufficient_data'
}
