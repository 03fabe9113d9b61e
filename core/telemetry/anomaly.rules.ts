/** Days before the one that is judged. */
export const HISTORY_DAYS = 28
/** Fewer days tell nothing about what is usual. */
const MIN_DAYS = 7
/** The 0.75 quantile of the normal distribution: the MAD of normal values is so many standard deviations. */
const MAD_OF_NORMAL = 0.6745
/** Square root of pi/2: the standard deviation of normal values in mean absolute deviations. */
const PER_MEAN_DEVIATION = 1.253314

export interface Anomaly {
  /** Null when all days before were equal and this one is not: it is then beyond any measure. */
  readonly z: number | null
  readonly median: number
}

/**
 * How unusual a value is among those before it: the modified z-score 0.6745 (x − median) / MAD of Iglewicz and Hoaglin,
 * "How to Detect and Handle Outliers" (1993), which takes values beyond 3.5 for outliers. Where more than half of the
 * values are equal the MAD is 0, and the mean absolute deviation from the median stands for it, as SPSS has it.
 */
export function robustZ(value: number, before: readonly number[]): Anomaly | null {
  if (before.length < MIN_DAYS) return null
  const median = medianOf(before)
  const deviations = before.map((one) => Math.abs(one - median))
  const mad = medianOf(deviations)
  if (mad > 0) return { z: (MAD_OF_NORMAL * (value - median)) / mad, median }
  const mean = deviations.reduce((sum, one) => sum + one, 0) / deviations.length
  if (mean > 0) return { z: (value - median) / (PER_MEAN_DEVIATION * mean), median }
  return { z: value === median ? 0 : null, median }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 86_400_000

/** The day among the 28 before it. Days without a row cost nothing, those before the first row are not counted. */
export function anomalyOn(
  day: string,
  costs: readonly { readonly day: string; readonly cost: number }[],
): Anomaly | null {
  const byDay = new Map(costs.map((one) => [dayNumber(one.day), one.cost]))
  const judged = dayNumber(day)
  const first = Math.max(judged - HISTORY_DAYS, Math.min(judged, ...byDay.keys()))
  const before = Array.from({ length: judged - first }, (_, n) => byDay.get(first + n) ?? 0)
  return robustZ(byDay.get(judged) ?? 0, before)
}
