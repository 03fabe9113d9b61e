import { expect, test } from 'vitest'
import { alsoMeant, wordsOf } from './search-words.rules.ts'

test.each([
  ['approve', 'approvals', 'approving', 'approved'],
  ['policy', 'policies'],
  ['deny', 'denies', 'denied', 'denying'],
  ['stop', 'stopping', 'stopped'],
  ['simulate', 'simulation', 'simulating'],
  ['key', 'keys'],
])('%s and its forms are one word', (...forms) => {
  expect(new Set(wordsOf(forms.join(' '))).size).toBe(1)
})

test('filler and signs are no words', () => {
  expect(wordsOf('what is it that we should do?')).toEqual([])
  expect(wordsOf('(a+)+$ \u0000 ÄÖ .*')).toEqual([])
})

test('what people say is led to what the operations are called, and never repeats what was said', () => {
  expect(alsoMeant(wordsOf('rejecting'))).toEqual(wordsOf('deny'))
  expect(alsoMeant(wordsOf('unpause'))).toEqual(wordsOf('resume'))
  expect(alsoMeant(wordsOf('new, create'))).toEqual([])
})
