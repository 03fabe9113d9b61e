import { hash } from 'node:crypto'
import { canonical } from '#core/ledger/index'
import type { InjectionPart } from '#core/scans/index'
import { refuseHostile } from '../kernel/hostile.ts'
import { Fault } from '../kernel/errors.ts'
import { skeletonOf } from './skeleton.rules.ts'

/** Source: the specification of 2025-11-25 recommends at most 128 characters; twice that is read. */
export const MAX_NAME = 256
/** Characters of one definition, so that several fit into one request. */
const MAX_DEFINITION = 256 * 1024

/** What an agent is told of a tool; everything else a server may add is not pinned. */
const FIELDS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const
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

export interface Seen {
  readonly tool: string
  readonly skeleton: string
  readonly digest: string
  readonly definition: string
}

export function seen(definition: Definition): Seen {
  const text = canonical(pinnedPart(definition))
  const { name } = definition
  return { tool: name, skeleton: skeletonOf(name), digest: hash('sha256', text), definition: text }
}

/** The fields in which two definitions differ. */
export function changedFields(before: string, after: string): readonly string[] {
  const [old, now] = [JSON.parse(before), JSON.parse(after)] as [Record<string, unknown>, Record<string, unknown>]
  return FIELDS.filter((field) => textOf(old[field]) !== textOf(now[field]))
}

const textOf = (value: unknown): string => (value === undefined ? '' : canonical(value))

/** Every text in a definition that a model reads. */
export function textsIn(definition: string): InjectionPart[] {
  const parts: InjectionPart[] = []
  const walk = (value: unknown, where: string): void => {
    if (typeof value === 'string') parts.push({ where, text: value })
    else if (Array.isArray(value)) for (const item of value) walk(item, where)
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) {
        // A name of a parameter is read like a text.
        parts.push({ where, text: key })
        walk(item, where === '' ? key : `${where}.${key}`)
      }
  }
  walk(JSON.parse(definition), '')
  return parts
}
