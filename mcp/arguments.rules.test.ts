import { expect, test } from 'vitest'
import { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import { refuseUnknownArguments } from './arguments.rules.ts'

const act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shell'), command: z.string() }),
  z.object({ kind: z.literal('http'), request: z.object({ url: z.string() }) }),
])
const op = {
  input: z.object({ action_type: z.string(), agent_id: z.string().optional(), act: act.optional() }),
  inputAliases: { type: 'action_type' },
} as unknown as Operation

function refusal(given: object): readonly string[] | undefined {
  try {
    refuseUnknownArguments(op, { ...given })
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.details
    throw thrown
  }
  return undefined
}

test('what belongs into a field is not taken beside it, and the refusal says where it belongs', () => {
  expect(refusal({ action_type: 'x', command: 'rm -rf /' })).toEqual(['command: belongs inside act'])
  expect(refusal({ action_type: 'x', url: 'https://a.example' })).toEqual(['url: belongs inside act'])
})

test('a misspelt argument is refused with the names there are', () => {
  expect(refusal({ agent: 'builder' })).toEqual(['agent: unknown argument; there are action_type, agent_id, act'])
})

test('fields, their camelCase and their aliases pass, whatever is in them', () => {
  expect(refusal({ type: 'x', agentId: 'y', act: { kind: 'shell', command: 'ls', more: 1 } })).toBeUndefined()
  expect(refusal({})).toBeUndefined()
})

test('an operation without arguments does not mind any', () => {
  const none = { input: z.object({}) } as unknown as Operation
  expect(() => refuseUnknownArguments(none, { random_string: 'x' })).not.toThrow()
})
