import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decodeCursor, encodeCursor, pageInput, toPage } from './page.ts'

test('a cursor gives back the values it was made of', () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  expect(decodeCursor(encodeCursor([at.toISOString(), 'a/ü', 7]), ['time', 'text', 'small'])).toEqual([at, 'a/ü', 7])
  expect(decodeCursor(encodeCursor([2 ** 40]), ['number'])).toEqual([2 ** 40])
})

test.each([
  ['text that is no cursor', 'nonsense', ['text']],
  ['too few values', encodeCursor(['a']), ['text', 'text']],
  ['too many values', encodeCursor(['a', 'b']), ['text']],
  ['a number as text', encodeCursor([1]), ['text']],
  ['a text as number', encodeCursor(['1']), ['number']],
  ['a number that is not safe', encodeCursor([2 ** 60]), ['number']],
  ['a small number that is large', encodeCursor([2 ** 31]), ['small']],
  ['a fraction', encodeCursor([0.5]), ['small']],
  ['a NUL', encodeCursor(['a\0']), ['text']],
  ['a year before all clocks', encodeCursor(['0000-01-01T00:00:00Z']), ['time']],
  ['a year beyond all clocks', encodeCursor(['+275760-09-13T00:00:00.000Z']), ['time']],
] as const)('refuses %s', (_, cursor, parts) => {
  expect(() => decodeCursor(cursor, parts)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error)
})

test('whatever text comes as a cursor, it is read or refused', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  )
  const read = (cursor: string): unknown => {
    try {
      const [at, id] = decodeCursor(cursor, ['time', 'text'])
      return [at.toISOString().length, typeof id]
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  fc.assert(
    fc.property(any, (cursor) => {
      expect([[24, 'string'], 'invalid_input']).toContainEqual(read(cursor))
    }),
  )
})

test('a limit above the maximum is the maximum; none, a fraction and less than one row are not', () => {
  const Page = z.object(pageInput({ default: 50, max: 200 }))
  expect([{}, { limit: 7 }, { limit: 500 }].map((given) => Page.parse(given).limit)).toEqual([50, 7, 200])
  for (const limit of [0, -1, 1.5, '10']) expect(Page.safeParse({ limit }).success).toBe(false)
})

test('a page is cut at its limit and points behind its last row', () => {
  const page = toPage([1, 2, 3], 2, (row) => [row])
  expect(page).toEqual({ rows: [1, 2], nextCursor: encodeCursor([2]) })
  expect(toPage([1, 2], 2, (row) => [row])).toEqual({ rows: [1, 2], nextCursor: null })
  expect(toPage([], 2, (row: number) => [row])).toEqual({ rows: [], nextCursor: null })
})

test('limit and offset have a default and an end', () => {
  const input = z.object(pageInput({ default: 5, max: 10 }))
  expect(input.parse({})).toEqual({ limit: 5, offset: 0 })
  for (const bad of [
    { limit: 0 },
    { limit: -1 },
    { limit: 1.5 },
    { offset: -1 },
    { offset: 10_001 },
    { cursor: 'x'.repeat(513) },
  ]) {
    expect(input.safeParse(bad).success).toBe(false)
  }
})
