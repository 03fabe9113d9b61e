import { z } from 'zod'
import { Fault } from '#core/kernel/errors'

export const camel = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields of theirs that are another one here; the others have the same name. A field of null is as one left away. */
export function fieldsOf(body: unknown, names: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  if (!isRecord(body)) throw invalid(['(body): must be a JSON object'])
  const said = Object.entries(body).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(said.map(([key, value]) => [names[key] ?? key, value]))
}

export function invalid(details: readonly string[]): Fault {
  return new Fault('invalid_input', 'Invalid request data', { details })
}

export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || '(body)'}: ${message}`))
}

const MAX_OFFSET = 10_000
const Page = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).optional(),
})

export interface PageAsked {
  readonly page: number
  readonly limit: number
  readonly offset: number
}

export function pageOf(query: URLSearchParams, usual: number): PageAsked {
  const { page, limit = usual } = parsed(Page, Object.fromEntries(query))
  const offset = (page - 1) * limit
  if (offset > MAX_OFFSET) throw invalid([`page: only the first ${MAX_OFFSET} entries can be paged through`])
  return { page, limit, offset }
}

export function paginationOf({ page, limit }: PageAsked, total: number): object {
  return { page, limit, total, totalPages: Math.ceil(total / limit) }
}

/** Without what is not there. */
export function present(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}
