import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { surface, surfaceJson } from './surface.ts'

const { tokens, tools } = surface()
const listed = tools.map(({ tool }) => tool as { name: string; description: string })

test('the default tool list costs at most 6,000 tokens and has at most 30 tools', () => {
  expect(tokens).toBeLessThanOrEqual(6000)
  expect(tools.length).toBeLessThanOrEqual(30)
})

test('every direct operation is a tool, under a name that clients accept', () => {
  expect(listed).toHaveLength(operations.filter((op) => op.mcp === 'direct').length + 2)
  for (const { name } of listed) expect(name).toMatch(/^writ_[a-z0-9_]{1,59}$/)
  expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length)
})

test('nothing is listed that only a validator needs', () => {
  expect(JSON.stringify(tools)).not.toMatch(/"(\$schema|\$defs|\$ref|pattern|maxLength|propertyNames)":/)
})

test('descriptions are short enough to serve as search text', () => {
  expect(listed.filter(({ description }) => description.length > 200).map(({ name }) => name)).toEqual([])
})

test('the committed surface is the one that is served', () => {
  const committed = readFileSync(new URL('surface.gen.json', import.meta.url), 'utf8')
  expect(JSON.parse(committed)).toEqual(JSON.parse(surfaceJson()))
})
