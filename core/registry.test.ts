import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Operation } from './kernel/operation.ts'
import { accountScopes, operatorScopes, scopes, scopesOf } from './kernel/scope.ts'
import { operations } from './registry.gen.ts'

const core = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.op.ts'))
const cases = operations.map((op) => [op.name, op] as const)

const pathsOf = (op: Operation): string[] => [op.rest.path, ...(op.rest.aliases ?? [])]
const fieldsIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
const toolOf = (op: Operation): string => op.tool ?? `writ_${op.name}`

/** A reader by its method that changes something all the same, and why. */
const writingGets: Readonly<Record<string, string>> = {
  approvals_wait: 'hands an approved act out, once',
  observations_get_webhook_secret: 'makes the secret on first use',
}

test('every operation file is registered under its folder and file name, and nothing else is', () => {
  const named = files.map((path) =>
    path
      .replace('/', '_')
      .replace(/\.op\.ts$/, '')
      .replaceAll('-', '_'),
  )
  expect(operations.map((op) => op.name).toSorted()).toEqual(named.toSorted())
})

test.each(files)('%s has its test beside it', (path) => {
  expect(existsSync(`${core}${path.replace(/\.op\.ts$/, '.test.ts')}`)).toBe(true)
})

test('no two operations share a name, a tool, or a method and path', () => {
  for (const names of [
    operations.map((op) => op.name),
    operations.filter((op) => op.mcp !== 'hidden').map(toolOf),
    operations.flatMap((op) => pathsOf(op).map((path) => `${op.rest.method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)),
  ]) {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  }
})

describe.each(cases)('%s', (_, op) => {
  test('takes an object whose fields are snake_case and whose aliases name fields', () => {
    expect(op.input).toBeInstanceOf(z.ZodObject)
    const fields = Object.keys(op.input.shape)
    for (const field of fields) expect(field).toMatch(/^_?[a-z][a-z0-9_]*$/)
    for (const [alias, field] of Object.entries(op.inputAliases ?? {})) {
      expect(fields).toContain(field)
      expect(fields).not.toContain(alias)
    }
  })

  test('binds to paths under /api whose segments are its own fields', () => {
    for (const path of pathsOf(op)) {
      expect(path).toMatch(/^\/(api|\.well-known)\/[a-z0-9_{}/.-]+$/)
      expect(Object.keys(op.input.shape)).toEqual(expect.arrayContaining(fieldsIn(path)))
    }
    expect(fieldsIn(op.rest.path).length === 0 || op.rest.hot !== true).toBe(true)
    expect(op.rest.hot === true && op.rest.method !== 'post').toBe(false)
  })

  test('tells the truth about what it does to the data', () => {
    const { readOnly, destructive, idempotent } = op.annotations
    expect(!readOnly || (!destructive && idempotent)).toBe(true)
    expect(op.rest.method !== 'get' || readOnly || op.name in writingGets).toBe(true)
    expect(!readOnly || op.scope === 'public' || op.scope.endsWith(':read')).toBe(true)
  })

  test('asks for a scope that exists and that somebody can hold', () => {
    const holders =
      op.scope === 'public'
        ? []
        : [...scopesOf('admin'), ...operatorScopes, ...accountScopes].filter((one) => one === op.scope)
    expect(op.scope === 'public' ? op.annotations.readOnly : scopes.includes(op.scope)).toBe(true)
    expect(holders).toHaveLength(op.scope === 'public' ? 0 : 1)
    const changes = !op.annotations.readOnly && !(op.name in writingGets)
    expect(changes && (scopesOf('readonly') as readonly string[]).includes(op.scope)).toBe(false)
  })

  test('is described in at most two short sentences', () => {
    expect(op.title).toMatch(/^[A-Z].{2,60}$/)
    expect(op.description.length).toBeLessThanOrEqual(200)
    expect(op.description).toMatch(/^[A-Z][^\n]*\.$/)
    expect(op.description.match(/[.!?](\s|$)/g)?.length).toBeLessThanOrEqual(2)
    expect(toolOf(op)).toMatch(/^[a-z][a-z0-9_]{2,63}$/)
  })

  test('has schemas that every client can read', () => {
    const input = z.toJSONSchema(op.input, { io: 'input' })
    // Some model providers refuse a whole tool list for one top-level union.
    expect(input).toMatchObject({ type: 'object' })
    for (const word of ['anyOf', 'oneOf', 'allOf']) expect(input).not.toHaveProperty(word)
    const output = z.toJSONSchema(op.output, { io: 'output' })
    const named = output.$ref?.replace('#/$defs/', '')
    expect(named === undefined ? output : output.$defs?.[named]).toMatchObject({ type: 'object' })
  })

  test('never answers or takes an unbounded list', () => {
    const listed = Object.keys(op.input.shape)
    const paged = listed.filter((field) => ['limit', 'offset', 'cursor'].includes(field)).toSorted()
    expect([[], ['limit'], ['cursor', 'limit', 'offset']]).toContainEqual(paged)
    expect(unbounded(z.toJSONSchema(op.input, { io: 'input' }))).toEqual([])
  })
})

interface Node {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly enum?: unknown
  readonly const?: unknown
  readonly maxLength?: number
  readonly maxItems?: number
  readonly [key: string]: unknown
}

/** Paths of texts and lists without an upper bound. What lies in free-form objects is bounded by the body's size. */
function unbounded(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  const node = value as Node
  const limited = node.maxLength !== undefined || node.format === 'date-time' || /^[^*+]+$/.test(node.pattern ?? '*')
  const free = node.type === 'string' && !node.enum && node.const === undefined && !limited
  const own = free || (node.type === 'array' && node.maxItems === undefined)
  const below = Object.entries(node)
    .filter(([key]) => !['propertyNames', 'additionalProperties', '$defs'].includes(key))
    .flatMap(([key, child]) => unbounded(child, `${path}/${key}`))
  return own ? [path, ...below] : below
}
