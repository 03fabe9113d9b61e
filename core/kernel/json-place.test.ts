import { expect, test } from 'vitest'
import { whyNotJson } from './json-place.ts'

test.each([
  ['{"a": 1,\n  // mine\n}', 'line 2 column 3'],
  ['{\n"a": ', 'line 2 column 6'],
  ['', 'line 1 column 1'],
  ['[1,\n2\n3]', 'line 3 column 1'],
])('%j: %s', (text, place) => {
  let why = ''
  try {
    JSON.parse(text)
  } catch (error) {
    why = whyNotJson(text, error)
  }
  expect(why).toContain(`(${place})`)
})
