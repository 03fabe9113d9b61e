import { z } from 'zod'

export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** The whole schema of a zod schema as JSON Schema 2020-12, for those who asked for this one operation. */
export function fullSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
  return withoutFormatPatterns(rest) as JsonSchema
}

/** zod spells a format out as a pattern of hundreds of characters beside the word for it. */
function withoutFormatPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFormatPatterns)
  if (value === null || typeof value !== 'object') return value
  const isFormat = typeof (value as JsonSchema)['format'] === 'string'
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
      isFormat && key === 'pattern' ? [] : [[key, withoutFormatPatterns(item)]],
    ),
  )
}

/** What a schema is about: names of fields, closed lists of values, descriptions. */
export function wordsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(wordsIn)
  if (schema === null || typeof schema !== 'object') return []
  const { properties, description, enum: values, ...rest } = schema as JsonSchema
  return [
    ...Object.keys(record(properties)),
    ...strings(values),
    ...strings([description]),
    ...Object.values({ ...record(properties), ...rest }).flatMap(wordsIn),
  ]
}

/** The input schema of a listed tool: what a model needs to fill it in, without what only a validator needs. */
export function listedInput(schema: z.ZodType): JsonSchema & { readonly type: 'object' } {
  const full = fullSchema(schema, 'input')
  return { ...(slim(inlined(full, definitionsOf(full), [])) as JsonSchema), type: 'object' }
}

/**
 * The output schema of a listed tool: what a client branches on or passes on, which is yes-or-no fields, fields with a
 * closed list of values (also one level down) and ids. The rest stays open.
 */
export function listedOutput(schema: z.ZodType): JsonSchema & { readonly type: 'object' } {
  const full = fullSchema(schema, 'output')
  const whole = inlined(full, definitionsOf(full), []) as JsonSchema
  const fields = Object.entries(record(whole['properties'])).flatMap(([name, value]) => {
    const short = branching(name, record(value))
    return short ? [[name, short] as const] : []
  })
  const named = new Set(fields.map(([name]) => name))
  const required = strings(whole['required']).filter((name) => named.has(name))
  return { type: 'object', properties: Object.fromEntries(fields), required, additionalProperties: true }
}

function branching(name: string, field: JsonSchema): JsonSchema | undefined {
  if (field['type'] === 'boolean') return { type: 'boolean' }
  if (Array.isArray(field['enum'])) return { enum: field['enum'] }
  if (field['type'] === 'string' && /(^|_)id$/.test(name)) return { type: 'string' }
  if (field['type'] !== 'object') return undefined
  const inner = Object.entries(record(field['properties'])).flatMap(([name, value]) => {
    const values = record(value)['enum']
    return Array.isArray(values) ? [[name, { enum: values as unknown[] }] as const] : []
  })
  return inner.length > 0 ? { type: 'object', properties: Object.fromEntries(inner) } : undefined
}

/** Not worth their tokens: when such a rule is broken, the answer names it. */
const validatorOnly = new Set(['id', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'propertyNames'])

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
