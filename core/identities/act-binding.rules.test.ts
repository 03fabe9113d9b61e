import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { actBindingHash, actStatusOf } from './act-binding.rules.ts'

const act = { action: 'deploy', goal: 'Ship the café', target: 'prod/shop' }
const binding = { typ: 'action-binding/v1', hash: actBindingHash(act) }

test('the hash is SHA-256 of the canonical JSON, base64url without padding', () => {
  const text = '{"action":"deploy","goal":"Ship the café","target":"prod/shop"}'
  expect(binding.hash).toBe(`sha256:${createHash('sha256').update(text, 'utf8').digest('base64url')}`)
})

test.each([
  ['no binding', [], act, 'not_present'],
  ['this act', [binding], act, 'match'],
  ['this act, written in another form of Unicode', [binding], { ...act, goal: 'Ship the cafe\u0301' }, 'match'],
  ['this act, by both claims', [binding, binding], act, 'match'],
  ['another action', [binding], { ...act, action: 'Deploy' }, 'mismatch'],
  ['another goal', [binding], { ...act, goal: 'Ship the café ' }, 'mismatch'],
  ['another target', [binding], { ...act, target: 'prod/shop2' }, 'mismatch'],
  [
    'fields that run into one another',
    [binding],
    { action: 'deploySh', goal: 'ip the café', target: 'prod/shop' },
    'mismatch',
  ],
  ['one of two claims of another act', [binding, { ...binding, hash: 'sha256:AAAA' }], act, 'mismatch'],
  ['a hash with padding', [{ ...binding, hash: `${binding.hash}=` }], act, 'mismatch'],
  ['a hash that is no text', [{ ...binding, hash: null }], act, 'mismatch'],
  ['a later form', [{ ...binding, typ: 'action-binding/v2' }], act, 'unsupported_typ'],
  ['a binding that is text', ['sha256:AAAA'], act, 'unsupported_typ'],
  ['a binding that is null', [null], act, 'unsupported_typ'],
  ['one of two claims of a later form', [binding, { typ: 'x', hash: 'y' }], act, 'unsupported_typ'],
  ['no target said', [binding], { ...act, target: undefined }, 'ctx_incomplete'],
  ['no goal said', [binding], { ...act, goal: undefined }, 'ctx_incomplete'],
  [
    'an empty target said and bound',
    [{ ...binding, hash: actBindingHash({ ...act, target: '' }) }],
    { ...act, target: '' },
    'match',
  ],
])('%s', (_, bindings, asked, status) => {
  expect(actStatusOf(bindings, asked)).toBe(status)
})
