import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { bodyOf } from './test-clients.ts'
import { raw } from './test-raw.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

interface Result {
  readonly isError?: boolean
  readonly structuredContent: Record<string, unknown>
}

async function call(name: string, given: object, key = server.admin, query = ''): Promise<Result> {
  const { message } = await raw({ url: server.url, key }, 'tools/call', { name, arguments: given }, { query })
  return { ...message.result, structuredContent: bodyOf(message.result) }
}

async function found(query: string, key = server.admin): Promise<string[]> {
  const { structuredContent } = await call('writ_search_operations', { query, limit: 5 }, key)
  return (structuredContent['operations'] as { operation: string }[]).map((one) => one.operation)
}

test.each([
  ['pause an agent', 'agents_pause'],
  ['create a policy', 'policies_create'],
  ['replay a policy draft over recorded decisions', 'policies_replay'],
  ['stop all agents now', 'halt_start'],
  ['inclusion proof of an action in the ledger', 'ledger_get_entry_proof'],
  ['approve something', 'approvals_decide'],
])('a search for "%s" finds %s among the first five', async (query, name) => {
  expect(await found(query)).toContain(name)
})

test.each([
  ['reject', 'approvals_decide'],
  ['stop all agents', 'halt_start'],
  ['unhalt', 'halt_stop'],
  ['suspend agent', 'agents_pause'],
  ['write a policy', 'policies_create'],
  ['edit policy', 'policies_update'],
  ['delete policy', 'policies_remove'],
  ['policy history', 'policies_list_revisions'],
  ['dry run a policy', 'policies_simulate'],
  ['backtest', 'policies_replay'],
  ['audit trail', 'ledger_list_entries'],
  ['how much did agents spend', 'actions_list_costs'],
  ['why was this blocked', 'guard_get_decision'],
  ['separation of duties', 'settings_update'],
])('"%s" finds %s without being its words, among the three that are shown', async (query, name) => {
  const { structuredContent } = await call('writ_search_operations', { query })
  expect((structuredContent['operations'] as { operation: string }[]).map((one) => one.operation)).toContain(name)
})

test('a hit carries the whole input schema, the other one when asked for, and the others at least their names', async () => {
  const short = await call('writ_search_operations', { query: 'pause an agent', limit: 1 })
  expect(short.structuredContent['operations']).toEqual([
    expect.not.objectContaining({ output_schema: expect.anything() }),
  ])
  const { structuredContent } = await call('writ_search_operations', {
    query: 'pause an agent',
    limit: 1,
    outputs: true,
  })
  const { operations: hits, others } = structuredContent as { operations: Record<string, unknown>[]; others: string[] }
  expect(hits[0]).toMatchObject({
    annotations: { readOnlyHint: false },
    input_schema: { type: 'object', properties: { agent_id: expect.any(Object) } },
    output_schema: expect.any(Object),
  })
  expect(others.length).toBe(operations.filter((op) => op.mcp !== 'hidden' && op.scope !== 'orgs:read').length - 1)
})

test('an agent is not shown what its credential cannot do, and cannot do it either', async () => {
  expect(await found('pause an agent', server.agent)).not.toContain('agents_pause')
  const refused = await call(
    'writ_call_operation',
    { operation: 'agents_pause', arguments: { agent_id: 'x' } },
    server.agent,
  )
  expect(refused).toMatchObject({
    isError: true,
    structuredContent: { code: 'forbidden', required_scope: 'agents:pause' },
  })
})

test('a call takes the same road as a tool: result, validation, effect', async () => {
  const paused = await call('writ_call_operation', {
    operation: 'agents_pause',
    arguments: { agent_id: 'stopped', reason: 'Looks odd' },
  })
  expect(paused.isError).toBeUndefined()
  const guard = await call('writ_guard', {
    action_type: 'apply',
    declared_goal: 'x',
    agent_id: 'stopped',
    act: { kind: 'shell', command: 'ls' },
  })
  expect(guard.structuredContent).toMatchObject({ decision: 'block' })
  const wrong = await call('writ_call_operation', { operation: 'agents_pause', arguments: {} })
  expect(wrong).toMatchObject({ isError: true, structuredContent: { code: 'invalid_input' } })
})

test('hidden operations are not there, and a misspelt name is answered with near ones', async () => {
  const hidden = await call('writ_call_operation', {
    operation: 'keys_create',
    arguments: { name: 'x', role: 'admin' },
  })
  expect(hidden).toMatchObject({ isError: true, structuredContent: { code: 'not_found' } })
  expect(hidden.structuredContent['error']).toContain('not offered over MCP')
  const near = await call('writ_call_operation', { operation: 'policy_list' })
  expect(near.structuredContent['details']).toEqual([expect.stringContaining('policies_list')])
})

test('with the toolset read nothing that writes can be called by name', async () => {
  const given = { operation: 'halt_start', arguments: { reason: 'x' } }
  expect(await call('writ_call_operation', given, server.admin, '?toolsets=read')).toMatchObject({
    isError: true,
    structuredContent: { code: 'not_found' },
  })
  expect((await server.rest('GET', '/api/halt', server.admin)).body).toMatchObject({ halted: false })
})

test('the arguments of an operation may come as JSON text, but not beside their field', async () => {
  const asText = await call('writ_call_operation', { operation: 'actions_list', arguments: '{"limit": 1}' })
  expect(asText.structuredContent).toMatchObject({ actions: expect.any(Array) })
  const beside = await call('writ_call_operation', { operation: 'approvals_list', state: 'pending' })
  expect(beside).toMatchObject({
    isError: true,
    structuredContent: { details: ['state: belongs inside arguments'] },
  })
  const broken = await call('writ_call_operation', { operation: 'approvals_list', arguments: '{"state":' })
  expect(broken).toMatchObject({
    isError: true,
    structuredContent: { details: [expect.stringContaining('arguments')] },
  })
})

test('wrong input of the two tools themselves is told', async () => {
  expect(await call('writ_call_operation', {})).toMatchObject({
    isError: true,
    structuredContent: { code: 'invalid_input' },
  })
  expect(await call('writ_search_operations', { limit: 'many' })).toMatchObject({
    isError: true,
    structuredContent: { details: [expect.stringContaining('limit')] },
  })
})
