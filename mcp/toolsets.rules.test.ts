import { expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { defaultToolset, isListed, isReachable, toolsetOf } from './toolsets.rules.ts'

const namesIn = (text: string): string[] =>
  operations.filter((op) => isListed(toolsetOf(text, operations), op)).map((op) => op.name)

test('nothing chosen is the everyday tools and the catalog', () => {
  for (const text of ['', ' , ', 'default', undefined]) expect(toolsetOf(text, operations)).toEqual(defaultToolset)
  expect(namesIn('')).toEqual(operations.filter((op) => op.mcp === 'direct').map((op) => op.name))
})

test('a domain lists its operations, beside the everyday ones only when those are named', () => {
  const policies = namesIn('policies')
  expect(policies).toContain('policies_create')
  expect(policies.every((name) => name.startsWith('policies_'))).toBe(true)
  expect(namesIn('core,policies')).toEqual(expect.arrayContaining(['guard_evaluate', 'policies_create']))
  expect(toolsetOf('policies', operations).catalog).toBe(false)
})

test('read leaves only what changes nothing, also behind the catalog', () => {
  const read = toolsetOf('all,read', operations)
  const byName = new Map(operations.map((op) => [op.name, op]))
  expect(namesIn('all,read').filter((name) => byName.get(name)?.annotations.readOnly !== true)).toEqual([])
  expect(operations.filter((op) => isReachable(read, op) && !op.annotations.readOnly)).toEqual([])
})

test('hidden operations are in no set', () => {
  const hidden = operations.filter((op) => op.mcp === 'hidden')
  expect(hidden.length).toBeGreaterThan(0)
  expect(hidden.filter((op) => isReachable(toolsetOf('all', operations), op))).toEqual([])
})

test('an unknown name is refused with the names there are', () => {
  expect(() => toolsetOf('core,polices', operations)).toThrow(
    expect.objectContaining({ code: 'invalid_input', details: [expect.stringContaining('policies')] }),
  )
})
