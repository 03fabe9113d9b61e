import * as fc from '#core/testing/property'
import { expect, test } from 'vitest'
import { redactOutput } from './redact-shape.rules.ts'
import { SAMPLES } from './secret-samples.ts'

const token = SAMPLES.find(([pattern]) => pattern === 'github_token')![2]

test('texts lose their secrets, and the shape stays', () => {
  const shell = { stdout: `a ${token} b`, stderr: '', interrupted: false, isImage: false, code: 0, more: null }
  expect(redactOutput(shell)).toEqual({ value: { ...shell, stdout: 'a [REDACTED:github_token] b' }, secrets: 1 })
  const blocks = [
    { type: 'text', text: token },
    { type: 'text', text: 'plain' },
  ]
  expect(redactOutput(blocks)).toEqual({
    value: [
      { type: 'text', text: '[REDACTED:github_token]' },
      { type: 'text', text: 'plain' },
    ],
    secrets: 1,
  })
  expect(redactOutput(token)).toEqual({ value: '[REDACTED:github_token]', secrets: 1 })
})

test('a secret that only its name tells of is taken out', () => {
  expect(redactOutput({ db: { password: 'hunter2hunter2' } }).value).toEqual({
    db: { password: expect.stringMatching(/^\[REDACTED/) },
  })
})

test('numbers under a secret name and encoded bytes are left alone', () => {
  const image = {
    type: 'image',
    data: `AKIA${'ABCDEFGH'.repeat(200)}`,
    password: 5,
    file: { base64: 'a'.repeat(2000) },
  }
  expect(redactOutput(image)).toEqual({ value: image, secrets: 0 })
})

const json = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.lorem(),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('stdout', 'text', '__proto__', 'content'), tie('node'), { maxKeys: 4 }),
  ),
})).node

test('property: without a secret it is the very same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(redactOutput(value).value).toBe(value)
    }),
    { numRuns: 300 },
  )
})

test('two megabytes with a secret at the end, and nesting without end, are read in bounded time', () => {
  const started = performance.now()
  const text = `${'the quick brown fox jumps\n'.repeat(80_000)}${token}`
  expect(redactOutput({ stdout: text }).secrets).toBe(1)
  let deep: unknown = token
  for (let level = 0; level < 100_000; level += 1) deep = [deep]
  expect(redactOutput([deep, token]).secrets).toBe(1)
  expect(performance.now() - started).toBeLessThan(5000)
})
