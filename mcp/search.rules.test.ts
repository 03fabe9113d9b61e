import { expect, test } from 'vitest'
import { searchIndex } from './search.rules.ts'

const entries = ['pause one agent', 'list policies of the org', 'create a policy', 'list keys', 'prove ledger entries']
const index = searchIndex(entries, (text) => ({ fields: [{ text, weight: 1 }] }))
const all = (): boolean => true

test('finds by the stem of a word, best match first', () => {
  expect(index.find('policy creation', 5, all)[0]).toBe('create a policy')
  expect(index.find('policies', 5, all)).toEqual(
    expect.arrayContaining(['list policies of the org', 'create a policy']),
  )
  expect(index.find('pausing agents', 1, all)).toEqual(['pause one agent'])
})

test('answers nothing for nothing, for filler and for words nobody has', () => {
  expect(index.find('', 5, all)).toEqual([])
  expect(index.find('how to the', 5, all)).toEqual([])
  expect(index.find('zebra', 5, all)).toEqual([])
})

test('leaves out what the caller may not have', () => {
  expect(index.find('list', 5, (text) => !text.includes('keys'))).toEqual(['list policies of the org'])
})

test('a word that was only meant counts less than one that was said', () => {
  expect(index.find('new policy', 1, all)).toEqual(['create a policy'])
  expect(index.find('suspend one', 1, all)).toEqual(['pause one agent'])
  expect(index.find('verify', 1, all)).toEqual(['prove ledger entries'])
})

test('any text is a query', () => {
  expect(index.find('(a+)+$ \u0000 ÄÖ .*', 5, all)).toEqual([])
})
