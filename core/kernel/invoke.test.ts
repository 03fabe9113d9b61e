import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Actor, Context } from './context.ts'
import { Fault } from './errors.ts'
import { invoke } from './invoke.ts'
import { silentLog, type Log } from './log.ts'
import { operation } from './operation.ts'

const actor: Actor = {
  orgId: 'org_1',
  principalId: 'key_1',
  principalName: 'k',
  kind: 'key',
  role: 'readonly',
  scopes: new Set(['actions:read']),
  agentId: null,
}

/** Only what `invoke` itself reads; the handlers here touch nothing else. */
function contextOf(more: Partial<Context> = {}): Context {
  return {
    actor,
    log: silentLog,
    requestId: 'req_1',
    signal: new AbortController().signal,
    now: () => new Date(0),
    ...more,
  } as Context
}

const input = z.object({
  agent_id: z.string().max(9).optional(),
  note: z.string().nullable().optional(),
  more: z.unknown().optional(),
})
const echo = (scope: 'actions:read' | 'actions:write' | 'public', handler?: () => unknown) =>
  operation({
    name: 'test_echo',
    title: 'Echo',
    description: 'Echo.',
    input,
    output: z.object({ got: z.record(z.string(), z.unknown()) }),
    scope,
    annotations: { readOnly: scope === 'actions:read', destructive: false, idempotent: true, openWorld: false },
    inputAliases: { who: 'agent_id' },
    rest: { method: 'post', path: '/api/echo' },
    mcp: 'hidden',
    handler: (_, got) => (handler ? (handler() as { got: Record<string, unknown> }) : { got }),
  })
const read = echo('actions:read')

test('authority comes before validation: nothing is told about the input', async () => {
  const refused = invoke(echo('actions:write'), contextOf(), { agent_id: 5 })
  await expect(refused).rejects.toMatchObject({
    code: 'forbidden',
    message: 'Forbidden - readonly API key',
    data: { required_scope: 'actions:write' },
  })
  const member = contextOf({ actor: { ...actor, role: 'member' } })
  await expect(invoke(echo('actions:write'), member, {})).rejects.toMatchObject({
    message: expect.stringContaining('actions:write') as string,
  })
  const nobody = contextOf({ actor: { ...actor, scopes: new Set() } })
  expect(await invoke(echo('public'), nobody, { agent_id: 'a' })).toEqual({ got: { agent_id: 'a' } })
})

test.each([
  ['camelCase', { agentId: 'a' }, { agent_id: 'a' }],
  ['an alias', { who: 'a' }, { agent_id: 'a' }],
  ['the field beside its other names', { who: 'x', agentId: 'y', agent_id: 'a' }, { agent_id: 'a' }],
  ['the other name where the field is null', { agentId: 'a', agent_id: null }, { agent_id: 'a' }],
  ['null as absent', { agent_id: null }, {}],
  ['null where the schema takes it', { note: null }, { note: null }],
  ['unknown fields, left out', { agent_id: 'a', colour: 'red' }, { agent_id: 'a' }],
])('takes %s', async (_, raw, got) => {
  expect(await invoke(read, contextOf(), raw)).toEqual({ got })
})

test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'null in a field called %s is left out',
  async (name) => {
    expect(await invoke(read, contextOf(), { agent_id: 'a', [name]: null })).toEqual({ got: { agent_id: 'a' } })
  },
)

test.each([
  ['no object', 'text', '(body): must be a JSON object'],
  ['a list', [1], '(body): must be a JSON object'],
  ['nothing', null, '(body): must be a JSON object'],
  ['a wrong type', { agent_id: 5 }, 'agent_id: '],
  ['a text too long', { agent_id: '0123456789' }, 'agent_id: '],
  ['a poisoned text in an unknown field', { colour: 'a\0' }, 'colour: contains a NUL'],
])('400 for %s', async (_, raw, detail) => {
  const fault = await invoke(read, contextOf(), raw).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [expect.stringContaining(detail) as string] })
})

test('a key that reaches prototypes changes no object', async () => {
  const raw = JSON.parse('{"more":{"constructor":{"prototype":{"admin":true}}}}') as object
  await invoke(read, contextOf(), raw)
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
  await expect(invoke(read, contextOf(), JSON.parse('{"__proto__":{"agent_id":"a"}}'))).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

test('what a handler throws is told as it is when it is a Fault, and as nothing at all otherwise', async () => {
  const logged: object[] = []
  const log: Log = { ...silentLog, error: (fields) => void logged.push(fields) }
  const fails = (thrown: unknown) =>
    invoke(
      echo('actions:read', () => {
        throw thrown
      }),
      contextOf({ log }),
      {},
    ).catch((error: unknown) => error)
  expect(await fails(new Fault('conflict', 'No.'))).toMatchObject({ code: 'conflict', message: 'No.' })
  expect(logged).toEqual([])
  const secret = new Error('password=1234')
  const fault = await fails(secret)
  expect(fault).toMatchObject({ code: 'internal', message: 'Internal server error' })
  expect(logged).toMatchObject([{ op: 'test_echo', org: 'org_1', request_id: 'req_1', err: secret }])
})

test('an output that breaks its schema is an internal error, not an answer', async () => {
  const broken = invoke(
    echo('actions:read', () => ({ got: 'text' })),
    contextOf(),
    {},
  )
  await expect(broken).rejects.toMatchObject({ code: 'internal' })
})

test('a call that was given up is not begun', async () => {
  let ran = false
  const op = echo('actions:read', () => {
    ran = true
    return { got: {} }
  })
  await expect(
    invoke(op, contextOf({ signal: AbortSignal.abort(new Fault('gone', 'Gone.')) }), {}),
  ).rejects.toMatchObject({ code: 'gone' })
  expect(ran).toBe(false)
})
