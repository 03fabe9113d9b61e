import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { redactDeep } from './redact-deep.rules.ts'
import { SAMPLES } from './secret-samples.ts'

const token = SAMPLES.find(([pattern]) => pattern === 'github_token')![2]

test('strings, keys and values under secret names are redacted at any depth', () => {
  const input = { list: [{ note: `use ${token}` }], [token]: 1, db: { password: 'abc', apiKey: 'k', user: 'u' }, n: 3 }
  expect(redactDeep(input)).toEqual({
    value: {
      list: [{ note: 'use [REDACTED:github_token]' }],
      '[REDACTED:github_token]': 1,
      db: { password: '[REDACTED:password_field]', apiKey: '[REDACTED:api_key_generic]', user: 'u' },
      n: 3,
    },
    security: { clean: false, findings_count: 4, critical_count: 3, categories: ['api_key', 'password', 'vcs_token'] },
  })
})

test('a precise format under a secret name keeps its own name', () => {
  expect(redactDeep({ token }).value).toEqual({ token: '[REDACTED:github_token]' })
})

test.each([
  'total_tokens',
  'max_tokens',
  'token_type',
  'next_page_token',
  'password_policy',
  'public_key',
  'secret_name',
])('%s is not a secret name', (key) => {
  const input = { [key]: 'plain' }
  expect(redactDeep(input).value).toEqual(input)
})

test.each([
  'password',
  'DB_PASSWORD',
  'clientSecret',
  'x-api-key',
  'accessToken',
  'Authorization',
  'Set-Cookie',
  'privateKey',
])('%s is a secret name', (key) =>
  expect(JSON.stringify(redactDeep({ [key]: 'plain-value' }).value)).not.toContain('plain-value'),
)

test('two secret keys do not overwrite each other', () => {
  const other = token.replace('aB3d', 'zZ9x')
  expect(redactDeep({ [token]: 1, [other]: 2 }).value).toEqual({
    '[REDACTED:github_token]': 1,
    '[REDACTED:github_token]#2': 2,
  })
})

test('an own __proto__ key stays an own key', () => {
  const { value } = redactDeep(JSON.parse('{"__proto__":{"admin":true}}'))
  expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true}}')
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
})

test('what lies deeper than 64 levels is cut, not followed', () => {
  let deep: unknown = token
  for (let level = 0; level < 5000; level += 1) deep = [deep]
  const text = JSON.stringify(redactDeep(deep).value)
  expect(text).toContain('"[TRUNCATED]"')
  expect(text).not.toContain(token)
})

const secretish = fc.oneof(
  fc.string(),
  fc.constantFrom(...SAMPLES.map(([, text]) => text)),
  fc.tuple(fc.constantFrom(...SAMPLES.map(([, text]) => text)), fc.string()).map((parts) => parts.join('')),
  fc.constantFrom('password', 'token', 'api_key', '__proto__', 'password="[REDACTED:x]y"', '[REDACTED:jwt_token]'),
)
const json = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    secretish,
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(secretish, tie('node'), { maxKeys: 4 }),
  ),
})).node

const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value === 'object' && value !== null) return Object.values(value).map(shape)
  return typeof value === 'number' ? 'string' : typeof value
}

test('property: never throws, keeps the shape, and a second run changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const once = redactDeep(value)
      expect(shape(once.value)).toEqual(shape(value))
      expect(redactDeep(once.value).value).toEqual(once.value)
    }),
    { numRuns: 400 },
  )
})

test('property: no sample secret survives inside arbitrary text', () => {
  const sample = fc.constantFrom(...SAMPLES.filter(([pattern]) => pattern !== 'private_key'))
  fc.assert(
    fc.property(fc.lorem(), sample, fc.lorem(), (before, [, text, secret], after) => {
      expect(JSON.stringify(redactDeep([`${before} ${text} ${after}`]).value)).not.toContain(secret)
    }),
    { numRuns: 300 },
  )
})
