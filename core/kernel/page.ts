import { z } from 'zod'
import { Fault } from './errors.ts'

/** Keyset cursors are opaque: base64url of a JSON array of the last row's sort values. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

export function decodeCursor(cursor: string, length: number): (string | number)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const fits = Array.isArray(values) && values.length === length
    if (fits && values.every((value) => typeof value === 'string' || Number.isFinite(value))) return values
  } catch {
    // falls through to the one refusal
  }
  throw new Fault('invalid_input', 'Validation failed', {
    details: ['cursor: is not one that this list gave out; leave it away to start from the first page'],
  })
}

/** `limit`, `offset` and `cursor` of a list. Deep pages belong to the cursor, so `offset` is capped. */
export function pageInput(limit: { default: number; max: number }) {
  return {
    limit: z.int().min(1).max(limit.max).default(limit.default).describe('Rows per page'),
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
