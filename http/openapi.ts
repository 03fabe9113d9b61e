import { z } from 'zod'
import { faultStatus, type FaultCode } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import { fieldsOf, pathsOf } from './paths.rules.ts'
import { SchemaBook, type JsonSchema } from './schema-book.ts'

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: object
  readonly jsonSchemaDialect: string
  readonly servers: readonly object[]
  readonly security: readonly object[]
  readonly tags: readonly object[]
  readonly paths: Readonly<Record<string, Record<string, object>>>
  readonly components: Readonly<Record<string, object>>
}

/** Faults every operation can answer with; a public one needs no credential. */
const ALWAYS = ['invalid_input', 'rate_limited', 'internal', 'unavailable'] as const
const WITH_KEY = ['unauthenticated', 'forbidden'] as const

/** OpenAPI 3.1 description of every operation at every path, from the registry. */
export function openApiDocument(operations: readonly Operation[], version: string): OpenApiDocument {
  const book = new SchemaBook()
  // Outputs first, so that they have the plain names whatever the order of the operations.
  for (const op of operations) book.output(op.output)
  const paths: Record<string, Record<string, object>> = { '/api/stream': { get: stream } }
  for (const op of operations) {
    for (const [index, path] of pathsOf(op).entries()) {
      paths[path] ??= {}
      paths[path][op.rest.method] = describe(book, op, path, index)
    }
  }
  const tags = [...new Set([...operations.map(domainOf), 'events'])].toSorted().map((name) => ({ name }))
  return {
    openapi: '3.1.1',
    info: { title: 'Writ', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags,
    paths,
    components: { schemas: { Error: errorSchema, ...book.components }, responses: errorResponses(), securitySchemes },
  }
}

function describe(book: SchemaBook, op: Operation, path: string, index: number): object {
  const input = book.input(op.input)
  const inPath = new Set(fieldsOf(path))
  const asQuery = op.rest.method === 'get' || op.rest.method === 'delete'
  const parameters = Object.entries(input.properties ?? {}).flatMap(([name, schema]) => {
    if (inPath.has(name)) return [parameter('path', name, schema, true)]
    return asQuery ? [parameter('query', name, schema, input.required?.includes(name) ?? false)] : []
  })
  return {
    operationId: index === 0 ? op.name : `${op.name}_alias_${index}`,
    summary: op.title,
    description: op.description,
    tags: [domainOf(op)],
    ...(op.scope === 'public' ? { security: [] } : { 'x-scope': op.scope }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(asQuery ? {} : { requestBody: bodyOf(input, inPath) }),
    responses: { ...successes(book, op), ...refusals(op) },
  }
}

function bodyOf(input: JsonSchema, inPath: ReadonlySet<string>): object {
  const properties = Object.fromEntries(Object.entries(input.properties ?? {}).filter(([name]) => !inPath.has(name)))
  const required = (input.required ?? []).filter((name) => !inPath.has(name))
  const schema = { ...input, properties, ...(required.length > 0 ? { required } : {}) }
  if (required.length === 0) Reflect.deleteProperty(schema, 'required')
  return { required: required.length > 0, content: { 'application/json': { schema } } }
}

function parameter(place: 'path' | 'query', name: string, schema: JsonSchema, required: boolean): object {
  const { description, ...rest } = schema
  const list = schema.type === 'array' ? { style: 'form', explode: false } : {}
  return { name, in: place, required, ...(description === undefined ? {} : { description }), ...list, schema: rest }
}

function successes(book: SchemaBook, op: Operation): Record<string, object> {
  const content = { 'application/json': { schema: book.output(op.output) } }
  const statuses = op.rest.statuses ?? [200]
  const all = op.rest.status && op.rest.statuses ? statuses : [...new Set([200, ...statuses])]
  return Object.fromEntries(all.map((status) => [String(status), { description: op.title, content }]))
}

function refusals(op: Operation): Record<string, object> {
  const codes: FaultCode[] = [...ALWAYS, ...(op.scope === 'public' ? [] : WITH_KEY)]
  if (fieldsOf(op.rest.path).length > 0) codes.push('not_found')
  if (!op.annotations.readOnly) codes.push('conflict', 'BODY_TOO_LARGE')
  const statuses = [...new Set(codes.map((code) => faultStatus[code]))].toSorted((a, b) => a - b)
  return Object.fromEntries(statuses.map((status) => [String(status), { $ref: `#/components/responses/${status}` }]))
}

function domainOf(op: Operation): string {
  return op.name.split('_')[0] ?? op.name
}

const errorSchema = {
  type: 'object',
  required: ['error', 'code', 'request_id'],
  properties: {
    error: { type: 'string', description: 'One sentence for a person.' },
    code: { type: 'string', enum: Object.keys(faultStatus) },
    request_id: { type: 'string' },
    details: { type: 'array', items: { type: 'string' }, description: 'One sentence per problem.' },
  },
}

/** One response per status, saying which codes come with it. */
function errorResponses(): Record<string, object> {
  const byStatus = Map.groupBy(Object.entries(faultStatus), ([, status]) => status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map(([code]) => code).join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}

const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key as a Bearer token.' },
}

/** The event stream is no operation: it answers with a stream, not with one object. */
const stream = {
  operationId: 'events_stream',
  summary: 'Listen to events',
  description: 'Server-sent events of the org; resumes after Last-Event-ID.',
  tags: ['events'],
  'x-scope': 'events:read',
  parameters: [
    { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
    { name: 'lastEventId', in: 'query', required: false, schema: { type: 'string' } },
    {
      name: 'pulse',
      in: 'query',
      required: false,
      description: 'Tell what agents are doing as it changes as well (`agent.changed`), once a second at most',
      schema: { type: 'string', enum: ['1'] },
    },
  ],
  responses: {
    '200': { description: 'The stream', content: { 'text/event-stream': { schema: z.toJSONSchema(z.string()) } } },
    ...Object.fromEntries([401, 403, 429, 503].map((status) => [status, { $ref: `#/components/responses/${status}` }])),
  },
}
