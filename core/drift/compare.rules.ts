import jStat from 'jstat'

/** A number that was measured so often, by its sums. */
export interface Sample {
  readonly n: number
  readonly total: number
  readonly squares: number
}

/** How far two windows are apart, 0 to 1, and how likely chance alone would do it. */
export interface Comparison {
  readonly distance: number
  readonly p: number
}

interface NumberKind {
  /** Between 0 and 1, as the share of tasks that succeeded. */
  readonly rate: boolean
  /** A spread below this is taken for it: who always cost the same has not changed when a cent is added. */
  readonly floor: number
}

export const meanOf = ({ n, total }: Sample): number => (n === 0 ? 0 : total / n)

/**
 * Welch's t-test on the sums. The distance is Hellinger's, of two normal distributions whose means lie so many standard
 * deviations apart: sqrt(1 - exp(-d²/8)), which is 0.34 for one. From d² is taken what chance alone adds to it.
 */
export function compareNumbers(before: Sample, now: Sample, kind: NumberKind): Comparison {
  const [a, b] = kind.rate ? [smoothed(before), smoothed(now)] : [before, now]
  const [va, vb] = [varianceOf(a, kind.floor), varianceOf(b, kind.floor)]
  const [ea, eb] = [va / a.n, vb / b.n]
  const error = ea + eb
  const shift = meanOf(b) - meanOf(a)
  if (error === 0) return { distance: 0, p: 1 }
  const degrees = (error * error) / ((ea * ea) / (a.n - 1) + (eb * eb) / (b.n - 1))
  const p = Math.min(1, 2 * jStat.studentt.cdf(-Math.abs(shift) / Math.sqrt(error), degrees))
  const squared = Math.max(0, shift * shift - error) / ((va + vb) / 2)
  return { distance: Math.sqrt(-Math.expm1(-squared / 8)), p }
}

/** Agresti and Caffo: a success and a failure are added to each, or 30 of 30 would have no spread at all. */
function smoothed({ n, total, squares }: Sample): Sample {
  return { n: n + 2, total: total + 1, squares: squares + 1 }
}

function varianceOf({ n, total, squares }: Sample, floor: number): number {
  return Math.max(floor * floor, (squares - (total * total) / n) / (n - 1))
}

export type Counts = ReadonlyMap<string, number>

/** Cells that chance alone would fill with fewer are counted together, for the sake of the test. */
const MIN_EXPECTED = 5

/**
 * G-test with Williams' correction. The distance is that of Jensen and Shannon to base 2 (the root of the divergence),
 * from which is taken what two samples of one distribution are apart: (k - 1)(1/n + 1/m) / (8 ln 2).
 */
export function compareCounts(before: Counts, now: Counts): Comparison {
  const [n, m] = [sumOf(before), sumOf(now)]
  const cells = cellsOf(before, now, MIN_EXPECTED / (Math.min(n, m) / (n + m)))
  const degrees = cells.length - 1
  if (degrees < 1) return { distance: 0, p: 1 }
  const all = n + m
  let g = 0
  let inverse = 0
  let divergence = 0
  for (const [x, y] of cells) {
    const cell = x + y
    g += 2 * (surprise(x, (cell * n) / all) + surprise(y, (cell * m) / all))
    inverse += all / cell
    const middle = (x / n + y / m) / 2
    divergence += (surprise(x / n, middle) + surprise(y / m, middle)) / (2 * Math.LN2)
  }
  const williams = 1 + ((all / n + all / m - 1) * (inverse - 1)) / (6 * all * degrees)
  const chance = (degrees * (1 / n + 1 / m)) / (8 * Math.LN2)
  const p = Math.max(0, 1 - jStat.chisquare.cdf(g / williams, degrees))
  return { distance: Math.sqrt(Math.min(1, Math.max(0, divergence - chance))), p }
}

const sumOf = (counts: Counts): number => [...counts.values()].reduce((sum, one) => sum + one, 0)
const surprise = (observed: number, expected: number): number =>
  observed === 0 ? 0 : observed * Math.log(observed / expected)

function cellsOf(before: Counts, now: Counts, least: number): [number, number][] {
  const names = new Set([...before.keys(), ...now.keys()])
  const cells: [number, number][] = []
  const rest: [number, number] = [0, 0]
  for (const name of names) {
    const cell: [number, number] = [before.get(name) ?? 0, now.get(name) ?? 0]
    if (cell[0] + cell[1] >= least) cells.push(cell)
    else rest.forEach((_, side) => (rest[side as 0 | 1] += cell[side as 0 | 1]))
  }
  if (rest[0] + rest[1] === 0) return cells
  const smallest = cells.toSorted((a, b) => a[0] + a[1] - (b[0] + b[1]))[0]
  if (rest[0] + rest[1] >= least || smallest === undefined) return [...cells, rest]
  return cells.map((cell) => (cell === smallest ? [cell[0] + rest[0], cell[1] + rest[1]] : cell))
}

/** Holm's correction: of all that are called significant at a level, wrongly so much as one is as rare as the level. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p)
  const adjusted: number[] = []
  let highest = 0
  order.forEach(({ p, index }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (ps.length - rank)))
    adjusted[index] = highest
  })
  return adjusted
}
