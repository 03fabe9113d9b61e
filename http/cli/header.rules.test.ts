import { expect, test } from 'vitest'
import { header } from './header.rules.ts'

test('headers add up, and take what the environment holds', () => {
  const env = { TOKEN: 'abc' }
  const first = header('Authorization: Bearer ${TOKEN}', {}, env)
  expect(header('X-Org:  one two', first, env)).toEqual({ authorization: 'Bearer abc', 'x-org': 'one two' })
})

test.each([
  ['Authorization', 'Name: value'],
  ['a b: c', 'Name: value'],
  ['X: ${NOT_THERE}', 'no NOT_THERE'],
  ['X: a\u0000b', 'ASCII'],
  ['X: é', 'ASCII'],
])('%j is refused', (text, why) => {
  expect(() => header(text, {}, {})).toThrow(why)
})
