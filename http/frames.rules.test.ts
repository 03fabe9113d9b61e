import { expect, test } from 'vitest'
import { scopesOf } from '#core/kernel/scope'
import { nobody } from './auth.ts'
import { frame, mayHear } from './frames.rules.ts'

const member = { ...nobody, scopes: new Set(scopesOf('member')) }
const bound = { ...member, agentId: 'mine' }

test.each([
  ['its own agent', { agent_id: 'mine' }, true],
  ['another agent', { agent_id: 'other' }, false],
  ['no agent, which may be anybody', { agent_id: null }, false],
  ['the whole org', { policy_id: 'gp_1' }, true],
])('a key bound to an agent hears of %s: %j %s', (_, data, heard) => {
  expect(mayHear(bound, frame('guard.decision.created', data))).toBe(heard)
  expect(mayHear(member, frame('guard.decision.created', data))).toBe(true)
})

test.each([
  ['action.updated', 'actions:read'],
  ['guard.decision.created', 'guard:read'],
  ['policy.updated', 'policies:read'],
  ['loop.created', 'loops:read'],
  ['connected', 'events:read'],
] as const)('%s takes %s', (name, scope) => {
  const only = { ...nobody, scopes: new Set([scope]) }
  const without = { ...nobody, scopes: new Set(scopesOf('admin').filter((one) => one !== scope)) }
  expect(mayHear(only, frame(name, {}))).toBe(true)
  expect(mayHear(without, frame(name, {}))).toBe(false)
})

test('an event of no known kind is heard by nobody', () => {
  expect(mayHear({ ...nobody, scopes: new Set(scopesOf('admin')) }, frame('secret.made', {}))).toBe(false)
})
