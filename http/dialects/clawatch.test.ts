import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testServer, type TestServer } from '../test-server.ts'

let server: TestServer
let key: string
beforeAll(async () => {
  server = await testServer(operations)
  key = await server.key({ role: 'admin' })
})
afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}/clawatch/api${path}`, {
    method,
    headers: {
      'X-ClaWatch-Key': key,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** The body that the document has for `POST /api/events`, with the time of the call. */
const documented = () => ({
  agentId: 'agent_abc123',
  agentName: 'my-assistant',
  host: 'macbook-pro',
  type: 'tool_call',
  timestamp: new Date().toISOString(),
  data: {
    message: 'optional description',
    tokenCount: 1500,
    costUsd: 0.03,
    model: 'claude-sonnet-4-20250514',
    toolName: 'exec',
    error: 'optional error message',
  },
})

const listed = {
  id: 'agent_abc123',
  name: 'my-assistant',
  host: 'macbook-pro',
  status: 'running',
  lastHeartbeat: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  costUsd: 0.03,
  tokenCount: 1500,
  errorCount: 0,
}

describe('the document, in its order', () => {
  test('an event makes its agent known: POST /events is 201 with an id', async () => {
    expect(await call('POST', '/events', documented())).toEqual({ status: 201, body: { id: expect.any(String) } })
  })

  test('GET /agents lists it, field by field', async () => {
    expect(await call('GET', '/agents')).toEqual({ status: 200, body: { agents: [listed] } })
  })

  test('GET /agents/:id adds its events', async () => {
    const { status, body } = await call('GET', '/agents/agent_abc123')
    expect(status).toBe(200)
    const sent = documented()
    expect(body).toEqual({
      ...listed,
      recentEvents: [{ type: 'tool_call', timestamp: expect.any(String), data: sent.data }],
    })
  })

  test('pause and resume answer the agent, and a pause is enforced by guard', async () => {
    const act = { agent_id: 'agent_abc123', action_type: 'api_call', declared_goal: 'look' }
    const guard = async () => {
      const response = await fetch(`${server.url}/api/guard`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'Content-Type': 'application/json' },
        body: JSON.stringify(act),
      })
      return ((await response.json()) as { decision: string }).decision
    }
    expect(await call('POST', '/agents/agent_abc123/pause')).toEqual({
      status: 200,
      body: { ...listed, status: 'paused' },
    })
    expect(await guard()).toBe('block')
    expect(await call('POST', '/agents/agent_abc123/resume')).toEqual({ status: 200, body: listed })
    expect(await guard()).not.toBe('block')
  })

  test('POST /events takes each type; GET /costs tells what they cost, field by field', async () => {
    for (const type of ['heartbeat', 'error', 'cost', 'status_change']) {
      expect(await call('POST', '/events', { ...documented(), type, data: {} })).toMatchObject({ status: 201 })
    }
    const costs = {
      totalUsd: 0.03,
      byAgent: [{ agentId: 'agent_abc123', name: 'my-assistant', costUsd: 0.03, tokenCount: 1500 }],
      byModel: [{ model: 'claude-sonnet-4-20250514', costUsd: 0.03, tokenCount: 1500 }],
    }
    expect(await call('GET', '/costs')).toEqual({ status: 200, body: costs })
    const now = new Date().toISOString()
    expect((await call('GET', `/costs?agentId=agent_abc123&from=${now}&to=${now}`)).body).toEqual(costs)
    expect((await call('GET', '/costs?to=2026-03-09T14:00:00Z')).body).toEqual({
      totalUsd: 0,
      byAgent: [],
      byModel: [],
    })
  })

  test('GET /alerts lists what is wrong, field by field, and one is acknowledged', async () => {
    expect(await call('GET', '/alerts')).toEqual({ status: 200, body: { alerts: [] } })
    for (let n = 0; n < 4; n += 1) await call('POST', '/events', { ...documented(), type: 'error' })
    const alert = {
      id: expect.stringMatching(/^alert_/),
      agentId: 'agent_abc123',
      type: 'error',
      severity: 'warning',
      message: expect.stringContaining('optional error message'),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      acknowledged: false,
    }
    const { status, body } = await call('GET', '/alerts')
    expect([status, body]).toEqual([200, { alerts: [alert] }])
    const [{ id }] = body['alerts'] as [{ id: string }]
    const acknowledged = { ...alert, id, acknowledged: true }
    expect(await call('POST', `/alerts/${id}/acknowledge`)).toEqual({ status: 200, body: acknowledged })
    expect((await call('GET', '/alerts')).body).toEqual({ alerts: [acknowledged] })
  })
})

describe('batches', () => {
  const beat = (agentId: string, more: object = {}) => ({
    agentId,
    type: 'heartbeat',
    timestamp: new Date().toISOString(),
    ...more,
  })

  test.each([
    ['an array', (events: object[]) => events],
    ['an object', (events: object[]) => ({ events })],
  ])('%s: what is wrong is told by its place, the rest is kept', async (_, wrap) => {
    const { status, body } = await call('POST', '/events', wrap([beat('b1'), beat('b2', { type: 'nap' }), beat('b3')]))
    expect([status, body]).toEqual([
      200,
      { accepted: 2, rejected: [{ index: 1, error: expect.stringContaining('type') }] },
    ])
  })

  test('gzip, a thousand at once; one more is refused as a whole', async () => {
    const many = (count: number) => gzipSync(JSON.stringify(Array.from({ length: count }, (_, n) => beat(`g${n % 7}`))))
    const gzip = { 'Content-Encoding': 'gzip', 'Content-Type': 'application/json' }
    expect((await call('POST', '/events', many(1000), gzip)).body).toEqual({ accepted: 1000, rejected: [] })
    expect(await call('POST', '/events', many(1001), gzip)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    })
  })
})

describe('bad input is refused in their shape, and nothing is kept', () => {
  test.each<[string, object, string]>([
    ['no agent', { agentId: undefined }, 'agent_id'],
    ['an unknown type', { type: 'nap' }, 'type'],
    ['a negative cost', { data: { costUsd: -1 } }, 'cost_usd'],
    ['a cost that is no number', { data: { costUsd: 'much' } }, 'cost_usd'],
    ['a time in the future', { timestamp: new Date(Date.now() + 3_600_000).toISOString() }, 'timestamp'],
    ['a time a year ago', { timestamp: new Date(Date.now() - 366 * 86_400_000).toISOString() }, 'timestamp'],
    ['a megabyte of data', { data: { x: 'y'.repeat(1_000_000) } }, 'metadata'],
  ])('%s', async (_, change, field) => {
    const sent = { ...documented(), agentId: 'bad', ...change }
    const { status, body } = await call('POST', '/events', sent)
    expect([status, body]).toEqual([400, { error: expect.stringContaining(field), code: 'INVALID_INPUT' }])
    expect(await call('GET', '/agents/bad')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })

  test('an unknown alert and costs of an unknown agent are 404, a range that is none 400', async () => {
    const unknown = { status: 404, body: { error: expect.any(String), code: 'NOT_FOUND' } }
    expect(await call('POST', '/alerts/alert_1/acknowledge')).toEqual(unknown)
    expect(await call('GET', '/costs?agentId=nobody')).toEqual(unknown)
    expect(await call('GET', '/costs?from=soon')).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } })
  })

  test('without a key 401, with another method 405, at no path 404', async () => {
    const none = await fetch(`${server.url}/clawatch/api/agents`)
    expect([none.status, await none.json()]).toEqual([401, { error: expect.any(String), code: 'UNAUTHENTICATED' }])
    expect((await call('DELETE', '/agents')).status).toBe(405)
    expect((await call('GET', '/nothing')).status).toBe(404)
  })
})
