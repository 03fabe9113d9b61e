import { hash } from 'node:crypto'
import { canonical } from '#core/ledger/index'
import type { InjectionPart } from '#core/scans/index'
import { FIELDS, pinnedPart, type Definition } from './definition.rules.ts'
import { skeletonOf } from './skeleton.rules.ts'

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
