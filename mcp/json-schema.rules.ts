import { z } from 'zod'

export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** Longer patterns cost more tokens than they help: the server's answer names the rule when it is broken. */
const LONGEST_PATTERN = 0

/** The whole schema of a zod schema as JSON Schema 2020-12, for those who asked for this one operation. */
export function fullSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
  return rest
}

/** The input schema of a listed tool: what a model needs to fill it in, without what only a validator needs. */
export function listedInput(schema: z.ZodType): JsonSchema & { readonly type: 'object' } {
  const full = fullSchema(schema, 'input')
  return { ...(slim(inlined(full, definitionsOf(full), [])) as JsonSchema), type: 'object' }
}

/**
 * The output schema of a listed tool: the top-level scalar fields and, of nested objects, the fields with a closed
 * list of values, which is what a client branches on. The rest stays open.
 */
export function listedOutput(schema: z.ZodType): JsonSchema & { readonly type: 'object' } {
  const full = fullSchema(schema, 'output')
  const whole = inlined(full, definitionsOf(full), []) as JsonSchema
  const fields = Object.entries(record(whole['properties'])).flatMap(([name, value]) => {
    const short = branching(record(value))
    return short ? [[name, short] as const] : []
  })
  const named = new Set(fields.map(([name]) => name))
  const required = strings(whole['required']).filter((name) => named.has(name))
  return { type: 'object', properties: Object.fromEntries(fields), required, additionalProperties: true }
}

function branching(field: JsonSchema): JsonSchema | undefined {
  if (field['type'] === 'boolean') return { type: 'boolean' }
  if (Array.isArray(field['enum'])) return { enum: field['enum'] }
  if (field['type'] === 'string') return { type: 'string' }
  if (field['type'] !== 'object') return undefined
  const inner = Object.entries(record(field['properties'])).flatMap(([name, value]) => {
    const values = record(value)['enum']
    return Array.isArray(values) ? [[name, { enum: values as unknown[] }] as const] : []
  })
  return inner.length > 0 ? { type: 'object', properties: Object.fromEntries(inner) } : undefined
}

const validatorOnly = new Set(['$schema', '$defs', 'id', 'minLength', 'maxLength', 'maxItems', 'minItems', 'propertyNames'])

function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
      if (key === 'properties') return [[key, eachProperty(item)]]
      if (validatorOnly.has(key) || isNoise(key, item)) return []
      return [[key, slim(item)]]
    }),
  )
}

/** Property names are data, not keywords: a field may be called `id`. */
function eachProperty(properties: unknown): unknown {
  return Object.fromEntries(Object.entries(record(properties)).map(([name, schema]) => [name, slim(schema)]))
}

function isNoise(key: string, item: unknown): boolean {
  if (key === 'pattern') return String(item).length > LONGEST_PATTERN
  if (key === 'additionalProperties') return item === false || isEmpty(item)
  return (key === 'maximum' || key === 'minimum') && Math.abs(Number(item)) === Number.MAX_SAFE_INTEGER
}

function isEmpty(item: unknown): boolean {
  return item !== null && typeof item === 'object' && Object.keys(item).length === 0
}

/** Replaces references by what they point at; a definition that contains itself becomes an open schema. */
function inlined(value: unknown, definitions: JsonSchema, open: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => inlined(item, definitions, open))
  if (value === null || typeof value !== 'object') return value
  const pointer = (value as JsonSchema)['$ref']
  if (typeof pointer === 'string') {
    const name = pointer.replace('#/$defs/', '')
    if (open.includes(name) || pointer === '#') return {}
    const { $ref: _, ...beside } = value as JsonSchema
    return { ...(inlined(definitions[name], definitions, [...open, name]) as JsonSchema), ...beside }
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$defs')
      .map(([key, item]) => [key, inlined(item, definitions, open)]),
  )
}

function definitionsOf(schema: JsonSchema): JsonSchema {
  return record(schema['$defs'])
}

function record(value: unknown): JsonSchema {
  return value !== null && typeof value === 'object' ? (value as JsonSchema) : {}
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
