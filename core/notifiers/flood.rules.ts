/** Alerts told one by one are counted over this time, and so much lies between two digests. */
export const FLOOD_MS = 10 * 60_000

export interface Sent {
  /** Alerts told one by one within the time. */
  readonly single: number
  /** When the last digest went out. */
  readonly digestAt: Date | null
}

interface Alert {
  /** Undefined: it is over, and only counted. */
  readonly message: object | undefined
}

export interface Plan<T> {
  readonly single: readonly T[]
  readonly digest: readonly T[]
  /** Those wait until then for the next digest. */
  readonly later: readonly T[]
  readonly laterAt: Date
}

/** The first so many are told one by one, what comes beyond them in one message, and the next one not before its time. */
export function planAlerts<T extends Alert>(
  alerts: readonly T[],
  { single, digestAt }: Sent,
  after: number,
  now: Date,
): Plan<T> {
  const room = Math.max(0, after - single)
  const alone = new Set(alerts.filter(({ message }) => message !== undefined).slice(0, room))
  const rest = alerts.filter((one) => !alone.has(one))
  const laterAt = new Date((digestAt?.getTime() ?? 0) + FLOOD_MS)
  const wait = laterAt > now
  return { single: [...alone], digest: wait ? [] : rest, later: wait ? rest : [], laterAt }
}

const FIRST_MS = 5000
const LONGEST_MS = 3_600_000
/** With these waits about nine hours. */
export const MAX_ATTEMPTS = 18

/** Doubles up to an hour, with a fifth of chance in it, so that those who failed together do not come together. */
export function retryDelay(attempts: number, retryAfter: number | undefined, chance: number): number {
  const delay = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20)) * (0.9 + 0.2 * chance)
  return Math.max(delay, Math.min((retryAfter ?? 0) * 1000, LONGEST_MS))
}
