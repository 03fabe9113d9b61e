import { describe, expect, test } from 'vitest'
import { toneOf } from './tone.rules.ts'

const measured = (text: string): Record<string, number | string> =>
  Object.fromEntries(
    toneOf(text).map(({ dimension, bucket, total }) => [dimension.replace('tone.', ''), bucket || total]),
  )

const FORMAL = 'The request has been processed. The invoice was sent to the address on file.'
const CASUAL = "Hey, that's super cool, I've fixed it! Ok, gonna close this, lol."

test('the length is that of the whole text, in words', () => {
  expect(measured('one two three')['length']).toBeCloseTo(Math.log(4))
  expect(measured('word '.repeat(20_000))['length']).toBeCloseTo(Math.log(20_001))
  expect(measured('先に確認してください')['length']).toBeCloseTo(Math.log(11))
  expect(toneOf('')).toEqual([])
  expect(toneOf('  12 34 --- {}')).toEqual([])
})

describe('manner', () => {
  test('a text with contractions, slang and exclamations is less formal', () => {
    expect(measured(FORMAL)['formality']).toBe(1)
    expect(measured(CASUAL)['formality']).toBeLessThan(0.3)
  })

  test('hedges are counted', () => {
    const sure = measured('The build failed because a field is missing. The fix is deployed.')['hedging']
    const unsure = measured('Perhaps the build failed. It might be a field that is possibly missing, I think.')[
      'hedging'
    ]
    expect(sure).toBe(0)
    expect(unsure).toBeGreaterThan(0.5)
  })

  test('sentiment has a sign, and a negation turns it', () => {
    const of = (text: string) => measured(text)['sentiment'] as number
    expect(of('The result of this work is excellent and the team is happy.')).toBeGreaterThan(0.5)
    expect(of('This is a terrible failure and the customer is angry.')).toBeLessThan(-0.5)
    expect(of('The result of this work is not good for the team.')).toBeLessThan(0)
    expect(of('The word constructor is in the list of the file.')).toBe(0)
  })
})

test.each([
  ['en', FORMAL],
  ['de', 'Ihr Ticket wurde gelöst, die Rechnung ist unterwegs.'],
  ['es', 'Su solicitud ha sido procesada con éxito.'],
  ['fr', 'La compilation a échoué parce que le champ manquait.'],
])('language %s', (language, text) => {
  const tone = measured(text)
  expect(tone['language']).toBe(language)
  // What needs words of a language is measured in that language alone.
  expect('formality' in tone).toBe(language === 'en')
})

test('a text too short to tell its language has a length alone', () => {
  expect(Object.keys(measured('ok, done'))).toEqual(['length'])
})

/** Each would take minutes where a pattern goes back over what it read. */
test.each([
  ['one word', 'a'.repeat(100_000), 1],
  ['hyphens', 'a-'.repeat(50_000), 1],
  ['apostrophes', "a'".repeat(50_000), 1],
  ['points', '.'.repeat(100_000), 0],
  ['accents', 'a\u0301'.repeat(50_000), 1],
  ['emoji', '😀'.repeat(50_000), 0],
  ['spaces', `a${' '.repeat(99_998)}b`, 2],
])('100 kB of %s are measured in one pass', (_, text, words) => {
  expect(measured(text)['length'] ?? 0).toBeCloseTo(Math.log1p(words))
})
