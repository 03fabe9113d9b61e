import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { TEST_ORG, testServer, type TestServer } from '../test-server.ts'
import { emitCounts, emitLogs, emitSpans, type Target } from './test-emitters.ts'

let server: TestServer
let key: string
beforeAll(async () => {
  server = await testServer(operations)
  key = await server.key({ role: 'member' })
})
afterAll(() => server.close())

const target = (service: string, more: Partial<Target> = {}): Target => ({
  url: server.url,
  headers: { 'x-api-key': key },
  encoding: 'protobuf',
  resource: { 'service.name': service },
  ...more,
})

const eventsOf = (agentId: string) =>
  server.runtime.db
    .selectFrom('agent_event')
    .selectAll()
    .where('org_id', '=', TEST_ORG)
    .where('agent_id', '=', agentId)
    .orderBy('kind')
    .execute()

const usageOf = async (agentId: string) => {
  const names = ['tokens_in', 'tokens_out', 'cache_read_tokens', 'cache_write_tokens', 'cost_micros'] as const
  const rows = await server.runtime.db
    .selectFrom('agent_usage_day')
    .select([...names])
    .where('org_id', '=', TEST_ORG)
    .where('agent_id', '=', agentId)
    .execute()
  return names.map((name) => rows.reduce((sum, row) => sum + Number(row[name]), 0))
}

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'anthropic',
  'gen_ai.request.model': 'claude-opus-4-8',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 500,
  'gen_ai.usage.cache_read.input_tokens': 600,
  'gen_ai.usage.cache_creation.input_tokens': 100,
  'gen_ai.usage.reasoning.output_tokens': 50,
}

describe("spans of OpenTelemetry's own SDK", () => {
  test.each(['json', 'protobuf'] as const)('GenAI spans become events: %s', async (encoding) => {
    const agent = `spans-${encoding}`
    await emitSpans(target(agent, { encoding, headers: { Authorization: `Bearer ${key}` } }), [
      { name: 'chat claude', attributes: chat },
      {
        name: 'invoke_agent a',
        attributes: { ...chat, 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'triage' },
      },
      {
        name: 'execute_tool grep',
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'grep' },
      },
      {
        name: 'chat gpt',
        attributes: { 'gen_ai.operation.name': 'chat', 'error.type': 'timeout' },
        error: 'it took too long',
      },
      { name: 'GET /', attributes: { 'http.request.method': 'GET' } },
    ])
    const events = await eventsOf(agent)
    expect(events.map(({ kind, tool, task, error, model }) => ({ kind, tool, task, error, model }))).toEqual([
      { kind: 'cost', tool: null, task: null, error: null, model: 'claude-opus-4-8' },
      { kind: 'error', tool: null, task: null, error: 'timeout: it took too long', model: null },
      { kind: 'task', tool: null, task: 'triage', error: null, model: null },
      { kind: 'tool_call', tool: 'grep', task: null, error: null, model: null },
    ])
    expect(events[0]?.event_id).toMatch(/^[\da-f]{48}$/)
    expect(events[0]?.data).toMatchObject({ operation: 'chat', provider: 'anthropic', reasoning_tokens: 50 })
    // Cached tokens are part of the input, reasoning is part of the output, and the agent's span repeats its calls.
    expect((await usageOf(agent)).slice(0, 4)).toEqual([300, 500, 600, 100])
  })

  test('what the resource says of the agent comes before the name of the service', async () => {
    const spans = [{ name: 'chat', attributes: chat }]
    await emitSpans(target('svc', { resource: { 'service.name': 'svc', 'gen_ai.agent.id': 'by-convention' } }), spans)
    await emitSpans(
      target('svc', { resource: { 'service.name': 'svc', 'writ.agent_id': 'by-writ', 'host.name': 'mac' } }),
      spans,
    )
    expect([(await eventsOf('by-convention')).length, (await eventsOf('by-writ')).length]).toEqual([1, 1])
    expect(await eventsOf('svc')).toEqual([])
  })

  test('a key bound to an agent speaks for it, whatever the service is called, and for no other', async () => {
    const headers = { 'x-api-key': await server.key({ role: 'member', agentId: 'bound' }) }
    const spans = [{ name: 'chat', attributes: chat }]
    await emitSpans(target('any', { headers }), spans)
    await emitSpans(target('any', { headers, resource: { 'writ.agent_id': 'other' } }), spans)
    expect([(await eventsOf('bound')).length, (await eventsOf('other')).length]).toEqual([1, 0])
  })
})

const claude = (name: string, attributes: Record<string, string | number>) => ({
  body: `claude_code.${name}`,
  attributes: { 'event.name': name, 'session.id': 's1', ...attributes },
})
const request = {
  model: 'claude-opus-4-8',
  input_tokens: '10',
  output_tokens: 20,
  cache_read_tokens: 300,
  cache_creation_tokens: 40,
  cost_usd: '0.25',
}
const point = (metric: string, value: number, type?: string) => ({
  metric: `claude_code.${metric}`,
  value,
  attributes: { 'session.id': 's1', model: 'claude-opus-4-8', ...(type === undefined ? {} : { type }) },
})
const points = [
  point('token.usage', 10, 'input'),
  point('token.usage', 20, 'output'),
  point('token.usage', 300, 'cacheRead'),
  point('token.usage', 40, 'cacheCreation'),
  point('cost.usage', 0.25),
  { metric: 'claude_code.session.count', value: 1, attributes: {} },
]
const claudeTarget = (agent: string, more: Partial<Target> = {}) =>
  target('', { resource: { 'service.name': 'claude-code', 'writ.agent_id': agent }, ...more })

describe('Claude Code', () => {
  test('log events: requests with tokens and cost, tools, errors', async () => {
    await emitLogs(claudeTarget('cc-logs'), [
      claude('api_request', request),
      claude('tool_result', { tool_name: 'Bash', success: 'true', duration_ms: 12 }),
      claude('tool_result', { tool_name: 'Edit', success: 'false', error: 'no such file' }),
      claude('api_error', { model: 'claude-opus-4-8', status_code: '529', error: 'overloaded' }),
      claude('user_prompt', { prompt_length: 3 }),
    ])
    const events = await eventsOf('cc-logs')
    expect(events.map(({ kind, tool, error }) => [kind, tool, error])).toEqual(
      expect.arrayContaining([
        ['cost', null, null],
        ['tool_call', 'Bash', null],
        ['error', 'Edit', 'no such file'],
        ['error', null, '529 overloaded'],
      ]),
    )
    expect(events).toHaveLength(4)
    expect(await usageOf('cc-logs')).toEqual([10, 20, 300, 40, 250_000])
  })

  test.each(['json', 'protobuf'] as const)('metrics alone count, tokens and their cost once: %s', async (encoding) => {
    const agent = `cc-metrics-${encoding}`
    await emitCounts(claudeTarget(agent, { encoding }), points)
    expect(await usageOf(agent)).toEqual([10, 20, 300, 40, 250_000])
  })

  test('of metrics and logs the one that comes first counts, whichever it is, and tools count in any case', async () => {
    await emitLogs(claudeTarget('cc-both'), [claude('api_request', request)])
    await emitCounts(claudeTarget('cc-both'), points)
    expect(await usageOf('cc-both')).toEqual([10, 20, 300, 40, 250_000])
    await emitCounts(claudeTarget('cc-other'), points)
    await emitLogs(claudeTarget('cc-other'), [
      claude('api_request', request),
      claude('tool_result', { tool_name: 'Bash', success: 'true' }),
    ])
    expect(await usageOf('cc-other')).toEqual([10, 20, 300, 40, 250_000])
    expect((await eventsOf('cc-other')).map(({ kind }) => kind)).toEqual(['cost', 'tool_call'])
  })

  test('of ten exporters of both signals at once one signal counts', async () => {
    const emitting = Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0
        ? emitCounts(claudeTarget('cc-race'), points)
        : emitLogs(claudeTarget('cc-race'), [claude('api_request', { ...request, 'event.sequence': n })]),
    )
    await Promise.all(emitting)
    expect((await usageOf('cc-race'))[4]).toBe(5 * 250_000)
  })

  test('sums since the start of the program are refused', async () => {
    await emitCounts(claudeTarget('cc-cumulative'), points, 'CUMULATIVE')
    expect(await eventsOf('cc-cumulative')).toEqual([])
  })
})

test('Codex: the end of a response counts its tokens, input without what was cached, output with the reasoning', async () => {
  const codex = (name: string, attributes: Record<string, string | number>) => ({
    body: '',
    attributes: { 'event.name': `codex.${name}`, 'conversation.id': 'c1', model: 'gpt-5.1', ...attributes },
  })
  await emitLogs(target('codex_cli_rs'), [
    codex('sse_event', { 'event.kind': 'response.output_item.done' }),
    codex('sse_event', {
      'event.kind': 'response.completed',
      input_token_count: '1000',
      cached_token_count: '800',
      output_token_count: '100',
      reasoning_token_count: '60',
      tool_token_count: '1100',
    }),
    codex('tool_result', { tool_name: 'shell', call_id: 'x', arguments: '{"command":["ls"]}', success: 'true' }),
    codex('api_request', { 'http.response.status_code': 500, 'error.message': 'bad gateway' }),
  ])
  expect((await usageOf('codex_cli_rs')).slice(0, 4)).toEqual([200, 100, 800, 0])
  expect((await eventsOf('codex_cli_rs')).map(({ kind }) => kind)).toEqual(['cost', 'error', 'tool_call'])
})
