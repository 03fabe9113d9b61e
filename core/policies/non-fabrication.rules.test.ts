import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { verifyContent } from './non-fabrication.rules.ts'

const facts = (...values: (string | object)[]): object[] =>
  values.map((value) => (typeof value === 'string' ? { value, label: value } : value))
const source = (given: object = {}): object => ({ allowedFacts: [], requiredFacts: [], ...given })
const kinds = (content: unknown, from: unknown): string[] => verifyContent(content, from).map(({ kind }) => kind)

test.each([
  ['nothing', undefined],
  ['a text', 'facts'],
  ['a missing list', { allowedFacts: [] }],
  ['a list of other things', { allowedFacts: [7], requiredFacts: [] }],
])('a source that is %s is missing_source', (_shows, from) => {
  expect(kinds('hello', from)).toEqual(['missing_source'])
})

test('content that is no text is invalid_content', () => {
  expect(kinds(42, source())).toEqual(['invalid_content'])
})

test('content without claims passes', () => {
  expect(kinds('All went well, thank you.', source())).toEqual([])
})

test.each([
  ['money', 'The invoice is $1,200.50.', '$1200.50'],
  ['money in another notation', 'Es kostet 1.200,50 €', '€1,200.50'],
  ['money with a scale', 'We raised $2.5 million', '$2,500,000'],
  ['money by code', 'USD 300 is due', '$300'],
  ['a date', 'Due on January 31, 2026', '2026-01-31'],
  ['a date the other way', 'Due on 31.01.2026', '31 January 2026'],
  ['a percentage', 'up 12.5 %', '12.5%'],
])('%s is covered by the same fact in another format', (_shows, content, fact) => {
  expect(kinds(content, source({ allowedFacts: facts(fact) }))).toEqual([])
  expect(kinds(content, source())).toEqual(['fabricated_fact'])
})

test.each([
  ['another amount', 'It is $1,201', '$1,200'],
  ['another currency', 'It is €1,200', '$1,200'],
  ['another day', 'Due 2026-02-01', '2026-01-31'],
  ['another share', 'up 13%', '12%'],
  ['a prefix of a number', 'It is $12', '$1,200'],
])('%s is fabricated', (_shows, content, fact) => {
  expect(kinds(content, source({ allowedFacts: facts(fact) }))).toEqual(['fabricated_fact'])
})

test('names the raw token of a fabricated claim', () => {
  expect(verifyContent('We promise $99 off', source())[0]).toMatchObject({ kind: 'fabricated_fact', token: '$99' })
})

test('a kind of claim can be switched off', () => {
  expect(kinds('It is $5', source({ extract: { money: false } }))).toEqual([])
})

test('finds claims by patterns of the caller', () => {
  const extract = { patterns: [{ pattern: 'ORD-[0-9]+', label: 'order' }] }
  expect(kinds('See ORD-77', source({ extract, allowedFacts: facts('ORD-77') }))).toEqual([])
  expect(kinds('See ORD-78', source({ extract, allowedFacts: facts('ORD-77') }))).toEqual(['fabricated_fact'])
})

test('a required fact must be stated in its slot', () => {
  const required = facts({ value: 'Ada', label: 'owner', slot: { prefix: 'Owner: ', suffix: '.' } })
  expect(kinds('Owner: Ada.', source({ requiredFacts: required }))).toEqual([])
  expect(kinds('Ada owns it.', source({ requiredFacts: required }))).toEqual(['missing_required'])
})

test('a required amount may be formatted differently, but the first one after the prefix decides', () => {
  const required = facts({ value: '$1,200.00', label: 'total', slot: { prefix: 'Total: ' } })
  expect(kinds('Total: $1200', source({ requiredFacts: required }))).toEqual([])
  expect(kinds('Total: $1300, not $1200', source({ requiredFacts: required }))).toContain('missing_required')
})

test('a forbidden word counts as a word, and an allowed fact may hold it', () => {
  const forbiddenPatterns = [{ pattern: 'guarantee', label: 'promise' }]
  expect(kinds('We guarantee it', source({ forbiddenPatterns }))).toEqual(['forbidden_match'])
  expect(kinds('The guarantees differ', source({ forbiddenPatterns }))).toEqual([])
  const allowedFacts = facts('money-back guarantee')
  expect(kinds('money-back guarantee', source({ forbiddenPatterns, allowedFacts }))).toEqual([])
})

test('look-alike spelling does not hide a forbidden word', () => {
  const forbiddenPatterns = [{ pattern: 'guarantee' }]
  expect(kinds('We g\u200buaran\u00adtee it', source({ forbiddenPatterns }))).toEqual(['forbidden_match'])
  expect(kinds('We \uff47uarantee it', source({ forbiddenPatterns }))).toEqual(['forbidden_match'])
})

test('a pattern that cannot be run is engine_error', () => {
  expect(kinds('x', source({ forbiddenPatterns: [{ pattern: '(' }] }))).toEqual(['engine_error'])
  expect(kinds('x', source({ forbiddenPatterns: [{ pattern: '(a)\\1' }] }))).toEqual(['engine_error'])
})

test('takes long and hostile content in linear time', () => {
  const started = performance.now()
  for (const text of ['1'.repeat(50_000), '1,'.repeat(25_000), '$'.repeat(50_000), 'jan '.repeat(12_500)]) {
    verifyContent(text, source({ forbiddenPatterns: [{ pattern: '(1+)+$' }] }))
  }
  expect(performance.now() - started).toBeLessThan(4_000)
})

test('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.oneof(fc.anything(), fc.record({ allowedFacts: fc.anything(), requiredFacts: fc.anything() })),
      (content, from) => {
        expect(Array.isArray(verifyContent(content, from))).toBe(true)
      },
    ),
  )
})
