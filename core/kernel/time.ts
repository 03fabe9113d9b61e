import { z } from 'zod'

const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)

/** True for a time that databases, JavaScript and ISO 8601 with four digits of year all can write. */
export function isStorableTime(text: string): boolean {
  const at = Date.parse(text)
  return at >= EARLIEST && at < LATEST
}

/**
 * ISO 8601 with an offset, from 1970 to the end of 9999; handed on in UTC, because PostgreSQL refuses offsets above
 * 15:59 that ISO 8601 allows.
 */
export const Instant = z.iso
  .datetime({ offset: true })
  .max(40)
  .refine(isStorableTime, { message: 'must lie between the years 1970 and 9999' })
  .overwrite((text) => (isStorableTime(text) ? new Date(text).toISOString() : text))
