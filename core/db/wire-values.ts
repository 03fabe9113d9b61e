import { types, type CustomTypesConfig } from 'pg'

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082
const DATE_ARRAY = 1182

/** int8 → number. Throws above 2^53 rather than returning a number that is not the stored one. */
export function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database holds the integer ${text}, beyond 2^53.`)
  return value
}

const TEXT_ARRAY = 1009
/** pg's types name scalar types only; it knows the arrays of them too. */
const standard = types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown
const textArray = standard(TEXT_ARRAY) as (text: string) => (string | null)[]

const own = new Map<number, (text: string) => unknown>([
  [INT8, safeInteger],
  [INT8_ARRAY, (text) => textArray(text).map((item) => (item === null ? null : safeInteger(item)))],
  // A calendar day has no time zone: a Date would shift it by the process's zone.
  [DATE, (text) => text],
  [DATE_ARRAY, textArray],
])

/**
 * How columns arrive on both engines: int8 → number, numeric → string, timestamptz → Date, date → 'YYYY-MM-DD',
 * bytea → Buffer, json and jsonb → parsed, arrays → arrays of the same.
 */
export const wireValues: CustomTypesConfig = {
  getTypeParser: (oid, format) => (format === 'binary' ? undefined : own.get(oid)) ?? standard(oid, format),
}
