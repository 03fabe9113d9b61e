import { expect, test } from 'vitest'
import { ApiError } from './api/client.ts'
import { asFile, EXAMPLE, problemsOf, readPolicy, writePolicy } from './policy/document.ts'

test('the example is a policy, and what is written is read again the same', () => {
  const read = readPolicy(EXAMPLE)
  if (!read.ok) throw new Error('unsound')
  const text = writePolicy({ ...read.policy, mode: 'shadow', agent_ids: ['a'] })
  const again = readPolicy(text)
  expect(again.ok && again.policy).toEqual({ ...read.policy, mode: 'shadow', agent_ids: ['a'] })
  expect(JSON.parse(asFile(read.policy))).toEqual({ policies: [read.policy] })
})

test.each([
  ['name: [', 1, /flow/i],
  ['name: a\nname: b\n', 2, /unique/i],
  ['just text', 1, /a name, a policy_type and rules/],
  ['name: a\npolicy_type: b\nrules: 7\n', 3, /rules are missing/],
  ['name: a\npolicy_type: b\nrules: {}\nextra: 1\n', 4, /extra is no field/],
])('%j is told what is wrong, and where', (text, line, message) => {
  const read = readPolicy(text)
  expect(read.ok).toBe(false)
  expect(read.ok ? [] : read.problems).toContainEqual(
    expect.objectContaining({ line, message: expect.stringMatching(message) as string }),
  )
})

test('what the server refuses is shown at its place in the text', () => {
  const read = readPolicy(EXAMPLE)
  if (!read.ok) throw new Error('unsound')
  const details = ['file: policies.0.rules.when: unknown name', 'rules.action: is missing', 'odd sentence']
  const found = problemsOf(new ApiError('Validation failed', { status: 400, details }), read.at)
  expect(found.map(({ line }) => line)).toEqual([5, 6, 1])
  expect(EXAMPLE.slice(found[0]?.from, found[0]?.to)).toMatch(/^when: evidence/)
  expect(found[0]?.message).toBe('rules.when: unknown name')
  expect(problemsOf(new Error('x'), read.at)).toEqual([])
})

test('a small text cannot unfold into a huge one', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(',')}]`),
  ]
  expect(readPolicy(bomb.join('\n')).ok).toBe(false)
})
