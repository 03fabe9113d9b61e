import { refuseHostile } from '../kernel/hostile.ts'
import { Fault } from '../kernel/errors.ts'

/** Source: the specification of 2025-11-25 recommends at most 128 characters; twice that is read. */
export const MAX_NAME = 256
/** Characters of one definition, so that several fit into one request. */
const MAX_DEFINITION = 256 * 1024

/** What an agent is told of a tool; everything else a server may add is not pinned. */
export const FIELDS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const
type Field = (typeof FIELDS)[number]
export type Definition = { readonly name: string } & { readonly [F in Field]?: unknown }

/** The pinned part of a tool as a server lists it. */
export function pinnedPart(tool: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(FIELDS.flatMap((field) => (tool[field] === undefined ? [] : [[field, tool[field]]])))
}

/** Why a definition cannot be pinned at all; null when it can. */
export function unsound(definition: Readonly<Record<string, unknown>>): string | null {
  const { name } = definition
  if (typeof name !== 'string' || name === '') return 'it has no name'
  if (name.length > MAX_NAME) return `its name is longer than ${MAX_NAME} characters`
  if (JSON.stringify(definition).length > MAX_DEFINITION) return `it is longer than ${MAX_DEFINITION} characters`
  try {
    // As deep as it lies in the request.
    refuseHostile({ tools: [definition] })
    return null
  } catch (thrown) {
    if (thrown instanceof Fault) return (thrown.details ?? [thrown.message]).join('; ')
    throw thrown
  }
}
