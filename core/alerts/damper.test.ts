import { expect, test } from 'vitest'
import { Damper } from './damper.ts'
import { isWorthALook, RepeatedCalls } from './repeats.ts'

test('ten looks in a row, then one a second; after a rest ten again', () => {
  const damper = new Damper()
  const looks = (from: number, calls: number, apart: number): number => {
    let looked = 0
    for (let n = 0; n < calls; n += 1) {
      const now = from + n * apart
      if (damper.rests('a1', now)) continue
      looked += 1
      damper.found('a1', now)
    }
    return looked
  }
  expect(looks(0, 1000, 0)).toBe(10)
  expect(looks(0, 10_001, 1)).toBe(10)
  expect(looks(30_000, 1000, 0)).toBe(10)
  expect(damper.rests('a2', 30_000)).toBe(false)
})

test('what was forgotten is looked at', () => {
  const damper = new Damper()
  for (let n = 0; n < 10; n += 1) damper.found('first', 0)
  expect(damper.rests('first', 0)).toBe(true)
  for (let n = 0; n < 20_000; n += 1) damper.found(`a${n}`, 0)
  expect(damper.rests('first', 0)).toBe(false)
})

test('calls are counted while they follow each other in time, and looked up at powers of two or when enough', () => {
  const calls = new RepeatedCalls()
  const times = [0, 10, 20, 30, 131, 140].map((at) => calls.note('ls', at, 100))
  expect(times).toEqual([1, 2, 3, 4, 1, 2])
  expect(Array.from({ length: 12 }, (_, n) => n + 1).filter((n) => isWorthALook(n, 10))).toEqual([2, 4, 8, 10, 11, 12])
})
