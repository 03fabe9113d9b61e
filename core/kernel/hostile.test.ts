import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { refuseHostile } from './hostile.ts'

const problemOf = (value: unknown): string | undefined => {
  try {
    refuseHostile(value)
    return undefined
  } catch (error) {
    return (error as { details: string[] }).details[0]
  }
}
const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)

test.each([
  ['a NUL', 'a\0', '(body): contains a NUL character'],
  ['a NUL far inside', { a: [{ b: 'x\0' }] }, 'a[0].b: contains a NUL character'],
  ['a lone surrogate', { a: '\ud800' }, 'a: contains a lone surrogate'],
  ['a key with a NUL', { a: { 'b\0': 1 } }, 'a: has a key with a NUL character or a lone surrogate'],
  ['a prototype key', JSON.parse('{"a":{"__proto__":1}}'), 'a.__proto__: is not an allowed key'],
  ['33 levels', nested(33), `${'[0]'.repeat(32)}: is nested deeper than 32 levels`],
])('refuses %s and says where', (_, value, problem) => {
  expect(problemOf(value)).toBe(problem)
})

test('lets everyday JSON through, and never overflows the stack', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value)
      const poisoned =
        text.includes(String.raw`\u0000`) ||
        text.includes('"__proto__"') ||
        !text.isWellFormed() ||
        /\\ud[89a-f]/.test(text)
      expect(problemOf(value) === undefined || poisoned).toBe(true)
    }),
  )
  expect(problemOf(nested(32))).toBeUndefined()
  expect(problemOf(nested(5000))).toContain('nested deeper')
  expect(problemOf('😀 ünïcode')).toBeUndefined()
})
