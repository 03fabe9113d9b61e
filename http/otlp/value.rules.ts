import { createHash } from 'node:crypto'
import { z } from 'zod'

/** Attributes that are one value. Lists and maps are left out: nothing here is told by one. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

const Scalar = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.union([z.number(), z.string()]).optional(),
})
const KeyValue = z.object({ key: z.string(), value: Scalar.nullish().catch(undefined) })

export const AttributeList = z
  .array(KeyValue)
  .max(1000)
  .nullish()
  .transform((list): Attributes => {
    const read = (list ?? []).flatMap(({ key, value }) => {
      const one = scalarOf(value)
      return one === undefined ? [] : [[key, one] as const]
    })
    return Object.fromEntries(read)
  })

export const Body = Scalar.nullish()
  .catch(undefined)
  .transform((value) => scalarOf(value))

function scalarOf(value: z.output<typeof Scalar> | null | undefined): string | number | boolean | undefined {
  if (value == null) return undefined
  const { stringValue, boolValue, intValue, doubleValue } = value
  const number = intValue ?? doubleValue
  return stringValue ?? boolValue ?? (number === undefined ? undefined : Number(number))
}

/** Nanoseconds since 1970: text in JSON and here, as they do not fit a number. */
export const Nanos = z
  .union([z.string().regex(/^\d{1,20}$/), z.int().min(0)])
  .nullish()
  .transform((value) => (value == null ? 0n : BigInt(value)))

/** Ids are hexadecimal in OTLP/JSON, unlike what the protobuf mapping would have. */
export const HexId = z
  .union([z.string().regex(/^[\da-fA-F]*$/), z.instanceof(Uint8Array)])
  .nullish()
  .transform((value) => (value == null ? '' : typeof value === 'string' ? value.toLowerCase() : hex(value)))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const instantOf = (nanos: bigint): string | undefined => {
  const ms = Number(nanos / 1_000_000n)
  return nanos === 0n || ms > 8.64e15 ? undefined : new Date(ms).toISOString()
}

/** The first of the names that has a text. */
export function textAt(attributes: Attributes, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name]
    if (value !== undefined && value !== '') return String(value)
  }
  return undefined
}

/**
 * The first of the names that has a number; emitters send numbers as text too. One that nothing can be (-5, NaN) is told as
 * it is: then the event is refused by name, and no cost is made up for it.
 */
export function numberAt(attributes: Attributes, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = attributes[name]
    if (typeof value === 'number') return value
    if (typeof value === 'string' && /\d|nan|inf/i.test(value)) return Number(value)
  }
  return undefined
}

export const countAt = (attributes: Attributes, ...names: readonly string[]): number | undefined => {
  const number = numberAt(attributes, ...names)
  return number === undefined ? undefined : Math.round(number)
}

export const cut = (text: string | undefined, most: number): string | undefined => text?.slice(0, most)

/** Equal for equal parts: what is sent again after a lost answer is known by it. */
export function fingerprint(...parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return createHash('sha256').update(text).digest('hex')
}

/** Without what is undefined, so that it is absent for the operation. */
export function said<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}
