/** Days (UTC) as YYYY-MM-DD, both ends counted. */
export interface Days {
  readonly first: string
  readonly last: string
}

const DAY_MS = 86_400_000
const AT_LEAST_DAYS = 7
const AT_MOST_DAYS = 28
/** So many of what an agent does most are a good picture of it. */
const ENOUGH = 100

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
export const shifted = (day: string, by: number): string =>
  dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY_MS))
export const lengthOf = ({ first, last }: Days): number => (Date.parse(last) - Date.parse(first)) / DAY_MS + 1

/** The days in which a first picture of an agent may be taken. */
export const firstDays = (first: string): Days => ({ first, last: shifted(first, AT_MOST_DAYS - 1) })

/** The first week, or as many days more as it takes to have seen enough; `seen`: how much on each day, oldest first. */
export function firstPicture(seen: readonly { readonly day: string; readonly n: number }[]): Days | undefined {
  const first = seen[0]?.day
  if (first === undefined) return undefined
  const week = shifted(first, AT_LEAST_DAYS - 1)
  let sum = 0
  for (const { day, n } of seen) {
    sum += n
    if (sum >= ENOUGH) return { first, last: day < week ? week : day }
  }
  return firstDays(first)
}

/** The newest days, as many as were asked for, without those of the baseline; undefined while there are none. */
export function currentDays(baseline: Days, today: string, days: number): Days | undefined {
  const after = shifted(baseline.last, 1)
  const wanted = shifted(today, 1 - days)
  const first = wanted < after ? after : wanted
  return first > today ? undefined : { first, last: today }
}
