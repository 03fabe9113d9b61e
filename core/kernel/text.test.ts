import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { cut } from './text.ts'

test('a cut text is well formed and no longer than asked, wherever the cut falls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, max) => {
      const short = cut(text, max)
      expect(short.isWellFormed()).toBe(true)
      expect(short.length).toBeLessThanOrEqual(max)
    }),
  )
  expect(cut('a😀', 2)).toBe('a\ufffd')
  expect(cut('a😀', 3)).toBe('a😀')
})
