import { expect, test } from 'vitest'
import { z } from 'zod'
import { operation, type Operation } from '#core/kernel/operation'
import { operations as registered } from '#core/registry.gen'
import { openApiDocument } from './openapi.ts'
import { fieldsOf } from './paths.rules.ts'
import { testOperations } from './test-operations.ts'
import { testServer } from './test-server.ts'

interface Described {
  readonly operationId: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: object
  }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { readonly schema: Schema }> }
  readonly responses: Readonly<Record<string, object>>
  readonly security?: readonly object[]
}
interface Schema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

const operations: readonly Operation[] = [...testOperations, ...registered]
const document = openApiDocument(operations, '1.2.3')
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, one: one as Described })),
)
const at = (method: string, path: string): Described => document.paths[path]?.[method] as Described

/** Every value under a key, anywhere in the document. */
function found(value: unknown, key: string): unknown[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, item]) => [...(name === key ? [item] : []), ...found(item, key)])
}

test('is OpenAPI 3.1 and plain JSON', () => {
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(document.info).toMatchObject({ title: 'Writ', version: '1.2.3' })
  expect(JSON.parse(JSON.stringify(document))).toEqual(document)
})

test('every operation is there at every path, and nothing else but the stream', () => {
  const expected = operations.flatMap((op) =>
    [op.rest.path, ...(op.rest.aliases ?? [])].map((path) => `${op.rest.method} ${path}`),
  )
  expect(described.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
    [...expected, 'get /api/stream'].toSorted(),
  )
})

test('ids of operations are unique', () => {
  const ids = described.map(({ one }) => one.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every reference leads somewhere, and none into a schema of its own', () => {
  const references = found(document, '$ref')
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    const steps = String(reference).replace('#/', '').split('/')
    const target = steps.reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[step],
      document,
    )
    expect({ reference, leads: typeof target }).toEqual({ reference, leads: 'object' })
  }
  expect(found(document, '$defs')).toEqual([])
})

test.each(described)('$method $path declares each field of its path, once and required', ({ path, one }) => {
  const declared = (one.parameters ?? []).filter((parameter) => parameter.in === 'path')
  expect(declared.map(({ name }) => name).toSorted()).toEqual(fieldsOf(path).toSorted())
  expect(declared.every(({ required }) => required)).toBe(true)
})

test.each(described)('$method $path tells successes and the errors everyone can meet', ({ one }) => {
  expect(Object.keys(one.responses)).toEqual(
    expect.arrayContaining(one.operationId === 'events_stream' ? ['200'] : ['400', '500', '503']),
  )
  expect(Object.keys(one.responses).some((status) => status.startsWith('2'))).toBe(true)
})

test('a read takes its fields from the query, a write from the body', () => {
  expect(at('get', '/api/keys').parameters?.map(({ name }) => name)).toEqual(['limit', 'offset', 'cursor'])
  const body = at('post', '/api/keys').requestBody
  expect(body?.content['application/json']?.schema.required).toEqual(['name'])
  expect(body?.required).toBe(true)
  expect(at('post', '/api/plain').requestBody?.required).toBe(false)
})

test('only successes that can happen are listed', () => {
  expect(Object.keys(at('post', '/api/keys').responses)).not.toContain('200')
  expect(Object.keys(at('post', '/api/things').responses)).toEqual(expect.arrayContaining(['201', '202']))
})

test('a public operation asks for no key', () => {
  expect(at('get', '/api/public').security).toEqual([])
  expect(Object.keys(at('get', '/api/public').responses)).not.toContain('401')
})

test('named schemas are components, and a name that differs on the way in has a second one', () => {
  const Thing = z.object({ size: z.int().default(1) }).meta({ id: 'Thing' })
  const Box = z.object({ inside: Thing }).meta({ id: 'Box' })
  const annotations = { readOnly: false, destructive: false, idempotent: false, openWorld: false }
  const keep = operation({
    name: 'things_keep',
    title: 'Keep',
    description: 'Keep.',
    input: z.object({ box: Box }),
    output: z.object({ box: Box, more: z.array(Thing) }),
    scope: 'public',
    annotations,
    rest: { method: 'post', path: '/api/keep' },
    mcp: 'hidden',
    handler: (_ctx, { box }) => ({ box, more: [box.inside] }),
  })
  const { schemas } = openApiDocument([keep], '1').components
  expect(schemas).toMatchObject({
    Thing: { required: ['size'] },
    ThingInput: { type: 'object' },
    Box: { properties: { inside: { $ref: '#/components/schemas/Thing' } } },
    BoxInput: { properties: { inside: { $ref: '#/components/schemas/ThingInput' } } },
  })
})

test('GET /api/openapi.json serves it', async () => {
  const server = await testServer(testOperations)
  try {
    const response = await fetch(`${server.url}/api/openapi.json`)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(testOperations, '1.2.3'))))
  } finally {
    await server.close()
  }
})
