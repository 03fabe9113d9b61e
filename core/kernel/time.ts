import { z } from 'zod'

const EARLIEST = Date.UTC(1970, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)

/** True for a time that databases, JavaScript and ISO 8601 with four digits of year all can write. */
export function isStorableTime(text: string): boolean {
  const at = Date.parse(text)
  return at >= EARLIEST && at < LATEST
}

const SHAPE = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/

/** The time in UTC, as JavaScript writes it; undefined when there is no such time. */
function normalised(text: string): string | undefined {
  const [, date, time = '00:00', offset = 'Z'] = SHAPE.exec(text) ?? []
  if (date === undefined || !isDate(date)) return undefined
  const shift = /^[+-]/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}` : 'Z'
  const iso = `${date}T${time.replace(',', '.')}${shift}`
  return isStorableTime(iso) ? new Date(iso).toISOString() : undefined
}

/** `Date.parse` takes 30 February for 2 March. */
function isDate(date: string): boolean {
  const at = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date)
}

/**
 * A time as clients of many languages write it: ISO 8601, with a space for the T, without a time of day or without an
 * offset (then UTC, as Python's `isoformat()` of a UTC time). From 1970 to the end of 9999; handed on in UTC, because
 * PostgreSQL refuses offsets above 15:59 that ISO 8601 allows.
 */
export const Instant = z
  .string()
  .max(40)
  .refine((text) => normalised(text) !== undefined, {
    message: 'must be a time in ISO 8601 between the years 1970 and 9999, as 2026-01-31T09:30:00Z',
  })
  .overwrite((text) => normalised(text) ?? text)
  .meta({ format: 'date-time' })
