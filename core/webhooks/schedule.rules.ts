/** Waits before the second, third … attempt, in units of the first one: 5 s, 30 s, 2 min … 8 h, some 16 hours in all. */
const WAITS = [1, 6, 24, 120, 360, 720, 1440, 2880, 5760] as const
export const MAX_ATTEMPTS = WAITS.length + 1
const JITTER = 0.2
const MAX_RETRY_AFTER_MS = 86_400_000

/** How long after a failed attempt the next one comes; null when it was the last. `random` is from 0 to 1. */
export function waitAfter(attempts: number, firstMs: number, random: number): number | null {
  const factor = WAITS[attempts - 1]
  return factor === undefined ? null : Math.round(factor * firstMs * (1 - JITTER + 2 * JITTER * random))
}

/** Milliseconds that `Retry-After` asks for (RFC 9110, section 10.2.3), at most a day; 0 for none or nonsense. */
export function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0
}

/** Deliveries to one receiver at a time: one that fails gets few, so that the others are not kept waiting. */
export function allowedAtOnce(failures: number): number {
  if (failures >= 20) return 1
  return failures >= 3 ? 4 : 16
}
