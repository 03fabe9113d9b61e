import { expect, test, vi } from 'vitest'
import { memoised } from './memo.ts'

test('a text is computed once, another text by itself', () => {
  const compute = vi.fn((text: string) => ({ text }))
  const read = memoised(compute)
  expect(read('a')).toBe(read('a'))
  expect(read('b')).toEqual({ text: 'b' })
  expect(compute).toHaveBeenCalledTimes(2)
})

test('what is asked again stays, what is not is dropped: at most two generations are kept', () => {
  const compute = vi.fn((text: string) => text.length)
  const read = memoised(compute, { entries: 10 })
  read('often')
  for (let index = 0; index < 200; index += 1) {
    read(`once ${index}`)
    read('often')
  }
  expect(compute.mock.calls.filter(([text]) => text === 'often')).toHaveLength(1)
  read('once 0')
  expect(compute.mock.calls.filter(([text]) => text === 'once 0')).toHaveLength(2)
})

test('long texts and answers that must not be kept are computed each time', () => {
  const compute = vi.fn((text: string) => text.includes('secret'))
  const read = memoised(compute, { chars: 20, keep: (found) => !found })
  for (const text of ['a secret', 'plain', 'x'.repeat(21)]) expect(read(text)).toBe(read(text))
  expect(compute.mock.calls.map(([text]) => text.length)).toEqual([8, 8, 5, 21, 21])
})

test('a compute that throws is asked again', () => {
  let calls = 0
  const read = memoised(() => {
    calls += 1
    if (calls === 1) throw new Error('not yet')
    return calls
  })
  expect(() => read('a')).toThrow('not yet')
  expect(read('a')).toBe(2)
})
