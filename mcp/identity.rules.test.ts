import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Actor } from '#core/kernel/context'
import type { Operation } from '#core/kernel/operation'
import { agentIdOf, withIdentity } from './identity.rules.ts'

function op(readOnly: boolean, path = '/api/x', input: z.ZodObject = z.object({ agent_id: z.string() })): Operation {
  return { input, annotations: { readOnly }, rest: { method: 'post', path } } as unknown as Operation
}

const actor = { agentId: null } as Actor
const configured = { actor, agent: { id: 'mine', configured: true } }
const derived = { actor, agent: { id: 'claude', configured: false } }

test('on writes a configured agent wins over what the model typed', () => {
  expect(withIdentity(op(false), configured, { agent_id: 'other', a: 1 })).toEqual({ agent_id: 'mine', a: 1 })
  expect(withIdentity(op(false), configured, { agentId: 'other' })).toEqual({ agent_id: 'mine' })
})

test('a derived agent only fills a gap', () => {
  expect(withIdentity(op(false), derived, { agent_id: 'other' })).toEqual({ agent_id: 'other' })
  expect(withIdentity(op(false), derived, {})).toEqual({ agent_id: 'claude' })
})

test('on reads what was asked for wins, and the own agent is the default filter', () => {
  expect(withIdentity(op(true), configured, { agent_id: 'other' })).toEqual({ agent_id: 'other' })
  expect(withIdentity(op(true), configured, {})).toEqual({ agent_id: 'mine' })
})

test('on reads a derived agent hides nothing', () => {
  expect(withIdentity(op(true), derived, { status: 'pending_approval' })).toEqual({ status: 'pending_approval' })
  expect(withIdentity(op(true), derived, { agent_id: 'other' })).toEqual({ agent_id: 'other' })
})

test('an agent in the path is a target, never the speaker', () => {
  const pause = op(false, '/api/agents/{agent_id}/pause')
  expect(withIdentity(pause, configured, { agent_id: 'other' })).toEqual({ agent_id: 'other' })
})

test('a bound key, no agent, or an operation without the field change nothing', () => {
  const bound = { ...configured, actor: { agentId: 'bound' } as Actor }
  expect(withIdentity(op(false), bound, {})).toEqual({})
  expect(withIdentity(op(false), { actor }, {})).toEqual({})
  expect(withIdentity(op(false, '/api/x', z.object({})), configured, {})).toEqual({})
})

test('a client name becomes an id, or nothing', () => {
  expect(agentIdOf('Claude Code (beta)')).toBe('Claude-Code-beta')
  expect(agentIdOf('  ')).toBeUndefined()
  expect(agentIdOf('日本')).toBeUndefined()
  expect(agentIdOf('x'.repeat(500))).toHaveLength(128)
})
