import { z } from 'zod'
import { Fault } from './errors.ts'
import { isStorableTime } from './time.ts'

/** Keyset cursors are opaque: base64url of a JSON array of the last row's sort values. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** `small` is an integer of four bytes, as `integer` columns hold. */
type CursorPart = 'text' | 'number' | 'small' | 'time'
type CursorValue<P> = P extends 'number' | 'small' ? number : P extends 'time' ? Date : string
type CursorValues<P extends readonly CursorPart[]> = { -readonly [K in keyof P]: CursorValue<P[K]> }

/** The sort values in a cursor, checked part by part: a cursor that was made up is refused, never given to SQL. */
export function decodeCursor<const P extends readonly CursorPart[]>(cursor: string, parts: P): CursorValues<P> {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(values) && values.length === parts.length) {
      return parts.map((part, index) => cursorValue(part, values[index])) as CursorValues<P>
    }
  } catch {
    // falls through to the one refusal
  }
  throw new Fault('invalid_input', 'Validation failed', {
    details: ['cursor: is not one that this list gave out; leave it away to start from the first page'],
  })
}

function cursorValue(part: CursorPart, value: unknown): string | number | Date {
  if (part === 'number' && Number.isSafeInteger(value)) return value as number
  if (part === 'small' && Number.isInteger(value) && Math.abs(value as number) < 2 ** 31) return value as number
  if (part === 'text' && typeof value === 'string' && !value.includes('\0') && value.isWellFormed()) return value
  if (part === 'time' && typeof value === 'string' && isStorableTime(value)) return new Date(value)
  throw new TypeError(`not a ${part}`)
}

/**
 * `limit`, `offset` and `cursor` of a list. A `limit` above the maximum is the maximum, as clients of the wire contract
 * expect; `next_cursor` tells that there is more. Deep pages belong to the cursor, so `offset` is capped.
 */
export function pageInput(limit: { default: number; max: number }) {
  return {
    limit: z
      .int()
      .min(1)
      .overwrite((rows) => Math.min(rows, limit.max))
      .default(limit.default)
      .describe(`Rows per page, at most ${limit.max}`),
    offset: z.int().min(0).max(10_000).default(0).describe('Rows to skip; use cursor for deep pages'),
    cursor: z.string().max(512).optional().describe('next_cursor of the page before'),
  }
}

export interface Page<Row> {
  readonly rows: Row[]
  readonly nextCursor: string | null
}

/** Cuts `limit + 1` fetched rows to a page and tells where the next one starts. */
export function toPage<Row>(fetched: readonly Row[], limit: number, key: (row: Row) => (string | number)[]): Page<Row> {
  const rows = fetched.slice(0, limit)
  const last = rows.at(-1)
  return { rows, nextCursor: fetched.length > limit && last ? encodeCursor(key(last)) : null }
}
