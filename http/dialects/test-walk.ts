import { expect } from 'vitest'

/** One endpoint as a document has it. Its example of an answer is compared by fields and types. */
export interface Documented {
  /** `POST /agents/:id/fork`, with the query of the document. */
  readonly endpoint: string
  readonly status: number
  /** Absent: the document shows none. `null`: no body. */
  readonly answer?: unknown
  /** Fields that Writ has beyond the example, by path: `data[].updatedAt`. */
  readonly beyond?: readonly string[]
}

export interface Told {
  readonly status: number
  readonly body: unknown
}

type Send = (method: string, path: string, body?: unknown) => Promise<Told & { readonly body: Record<string, unknown> }>

/** Calls the endpoints of a document, in its order and no other; `left` are those that nobody called. */
export function walkThrough(document: readonly Documented[], send: Send) {
  const left = [...document]
  return {
    left: () => left.map(({ endpoint }) => endpoint),
    /** `ids`: for the `:name` and `{name}` places of the endpoint, in their order. */
    step: async (endpoint: string, ids: readonly (string | undefined)[] = [], body?: unknown) => {
      const next = left.shift()
      expect(endpoint, 'the next endpoint of the document').toBe(next?.endpoint)
      const values = [...ids]
      const [method = '', path = ''] = endpoint.split(' ')
      const told = await send(
        method,
        path.replaceAll(/:\w+|\{\w+\}/g, () => encodeURIComponent(values.shift() ?? '')),
        body,
      )
      expect({ endpoint, status: told.status, body: told.body }).toMatchObject({ endpoint, status: next?.status })
      if (next?.answer !== undefined) expect(differences(next.answer, told.body, next.beyond)).toEqual([])
      return told.body
    },
  }
}

/** Stands in an example for a value that the document tells by words: `"running" | "paused"`. */
export type OneOf = (told: unknown) => boolean
export const oneOf =
  (...allowed: readonly unknown[]): OneOf =>
  (told) =>
    allowed.includes(told)
/** `[...]` and `{...}` of the document. */
export const list: OneOf = (told) => Array.isArray(told)
export const record: OneOf = (told) => kindOf(told) === 'object'

/** What an answer has otherwise than the example: fields that are missing or were never told of, values of another type. */
export function differences(example: unknown, told: unknown, beyond: readonly string[] = [], path = ''): string[] {
  if (typeof example === 'function') {
    return (example as OneOf)(told) ? [] : [`${path}: ${JSON.stringify(told)} is not one of the document's values`]
  }
  const [wanted, found] = [kindOf(example), kindOf(told)]
  if (wanted !== found) return [`${path}: ${found} ${JSON.stringify(told)} where the document has ${wanted}`]
  if (Array.isArray(example)) return differencesOfLists(example, told as unknown[], beyond, path)
  if (wanted !== 'object') return []
  const [their, our] = [example as Record<string, unknown>, told as Record<string, unknown>]
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`)
  return [
    ...Object.keys(their).flatMap((field) =>
      field in our ? differences(their[field], our[field], beyond, at(field)) : [`${at(field)}: is missing`],
    ),
    ...Object.keys(our)
      .filter((field) => !(field in their) && !beyond.includes(at(field)))
      .map((field) => `${at(field)}: is not in the document`),
  ]
}

function differencesOfLists(example: unknown[], told: unknown[], beyond: readonly string[], path: string): string[] {
  if (example.length === 0) return []
  if (told.length === 0) return [`${path}: is empty, the document's is not`]
  return told.flatMap((one) => differences(example[0], one, beyond, `${path}[]`))
}

/** The type as a client of the document relies on it: a time and a secret's prefix are more than text. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'string') return typeof value
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return 'time'
  return /^(fc_live_|whsec_|sha256=|ct_)/.exec(value)?.[1] ?? 'text'
}
