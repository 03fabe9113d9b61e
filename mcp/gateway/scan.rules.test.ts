import { expect, test } from 'vitest'
import { recordOf } from './message.rules.ts'
import { refusal, scanResult } from './scan.rules.ts'
import { ATTACK, SECRET } from './test-wrapped.ts'

const scan = (value: unknown, more: object = {}) =>
  scanResult(value, { keepSecrets: false, onInjection: 'warn', ...more })

test('a clean result is left as it is', () => {
  const clean = {
    content: [{ type: 'text', text: 'fine' }],
    structuredContent: { next_token: 'abc', n: 1 },
    _meta: { a: [null] },
  }
  expect(scan(clean)).toMatchObject({ value: clean, changed: false, secrets: 0, injection: null, text: 'fine' })
})

test.each([
  ['text', { content: [{ type: 'text', text: `a ${SECRET} b` }] }],
  ['an embedded resource', { content: [{ type: 'resource', resource: { uri: 'x:y', text: SECRET } }] }],
  ['structured content', { content: [], structuredContent: { deep: [{ value: SECRET }] } }],
  ['a value that only its name betrays', { content: [], structuredContent: { password: 'correct-horse-9' } }],
  ['JSON in a text', { content: [{ type: 'text', text: JSON.stringify({ password: 'correct-horse-9' }) }] }],
  ['the message of an error', { code: -32_000, message: `bad token ${SECRET}`, data: { SECRET } }],
])('a secret is taken out of %s', (_, given) => {
  const { value, changed, secrets } = scan(given)
  expect(changed).toBe(true)
  expect(secrets).toBeGreaterThan(0)
  expect(JSON.stringify(value)).toContain('REDACTED')
  expect(JSON.stringify(value)).not.toMatch(new RegExp(`${SECRET}|correct-horse`))
  expect(scan(given, { keepSecrets: true })).toMatchObject({ value: given, changed: false })
})

test('a picture is no text, whatever its bytes spell', () => {
  const data = Buffer.alloc(3000, SECRET).toString('base64')
  expect(scan({ content: [{ type: 'image', data, mimeType: 'image/png' }] })).toMatchObject({ changed: false })
})

test('instructions are told first, in structured content too', () => {
  for (const given of [
    { content: [{ type: 'text', text: ATTACK }] },
    { content: [{ type: 'text', text: '{}' }], structuredContent: { note: ATTACK } },
    { structuredContent: { note: ATTACK } },
  ]) {
    const { value, injection, blocked } = scan(given)
    expect(['high', 'critical']).toContain(injection)
    expect([recordOf(value)['content'], blocked]).toMatchObject([
      [{ type: 'text', text: expect.stringContaining('Writ: ') }, ...(given.content ?? [])],
      false,
    ])
  }
})

test('withheld where the operator says so: nothing of it is left, whatever its form', () => {
  const options = { onInjection: 'block' }
  const result = scan({ content: [{ type: 'text', text: ATTACK }], resultType: 'complete' }, options)
  expect(result.value).toEqual({ ...refusal(expect.stringContaining('withheld') as string), resultType: 'complete' })
  const error = scan({ code: 5, message: ATTACK }, options)
  expect(error.value).toEqual({ code: 5, message: expect.stringContaining('withheld') })
  expect([result.blocked, error.blocked]).toEqual([true, true])
})

test('an error with instructions keeps its shape and warns', () => {
  expect(scan({ code: 5, message: ATTACK }).value).toEqual({
    code: 5,
    message: expect.stringMatching(/^Writ: .*id_rsa/s),
  })
})
