import { expect, test } from 'vitest'
import { z } from 'zod'
import { fullSchema, listedInput, listedOutput } from './json-schema.rules.ts'

const Named = z.object({ id: z.string().max(10), at: z.iso.datetime() }).meta({ id: 'Named' })

test('a listed input keeps what a model needs and drops what only a validator needs', () => {
  const schema = z.object({
    id: z.string().min(1).max(64).regex(/^a/).describe('Its name'),
    count: z.int().min(0).max(9).default(3),
    free: z.record(z.string(), z.unknown()).optional(),
    named: Named.optional(),
  })
  expect(listedInput(schema)).toEqual({
    type: 'object',
    properties: {
      id: { type: 'string', description: 'Its name' },
      count: { type: 'integer', minimum: 0, maximum: 9, default: 3 },
      free: { type: 'object' },
      named: {
        type: 'object',
        properties: { id: { type: 'string' }, at: { type: 'string', format: 'date-time' } },
        required: ['id', 'at'],
      },
    },
    required: ['id'],
  })
})

test('a listed output is what a client branches on', () => {
  const schema = z.object({
    decision: z.enum(['allow', 'block']),
    decision_id: z.string(),
    reasons: z.array(z.string()),
    reason: z.string(),
    degraded: z.boolean().optional(),
    action: z.object({ status: z.enum(['open', 'done']), goal: z.string() }),
    named: Named,
  })
  expect(listedOutput(schema)).toEqual({
    type: 'object',
    properties: {
      decision: { enum: ['allow', 'block'] },
      decision_id: { type: 'string' },
      degraded: { type: 'boolean' },
      action: { type: 'object', properties: { status: { enum: ['open', 'done'] } } },
    },
    required: ['decision', 'decision_id', 'action'],
    additionalProperties: true,
  })
})

test('a schema that contains itself ends', () => {
  interface Tree {
    readonly children: readonly Tree[]
  }
  const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ children: z.array(Tree) })).meta({ id: 'Tree' })
  const { properties } = listedInput(z.object({ tree: Tree }))
  expect(properties).toMatchObject({ tree: { properties: { children: { items: {} } } } })
})

test('a full schema keeps its limits and says a format once', () => {
  expect(fullSchema(z.object({ at: z.iso.datetime(), name: z.string().max(5) }), 'input')).toMatchObject({
    properties: { at: { type: 'string', format: 'date-time' }, name: { maxLength: 5 } },
  })
  expect(JSON.stringify(fullSchema(Named, 'output'))).not.toContain('pattern')
})
