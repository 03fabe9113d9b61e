import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { testServer, type TestServer } from '../test-server.ts'
import { clawatch } from './clawatch.ts'
import { oneOf, record, walkThrough, type Documented } from './test-walk.ts'

let server: TestServer
let key: string
/** Shortly after the times in the document's examples. */
const now = Date.parse('2026-03-09T14:00:30Z')
beforeAll(async () => {
  server = await testServer(operations, { now: () => new Date(now) })
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

/** The body that the document has for `POST /events`. */
const documented = {
  agentId: 'agent_abc123',
  agentName: 'my-assistant',
  host: 'macbook-pro',
  type: 'tool_call',
  timestamp: '2026-03-09T14:00:00Z',
  data: {
    message: 'optional description',
    tokenCount: 1500,
    costUsd: 0.03,
    model: 'claude-sonnet-4-20250514',
    toolName: 'exec',
    error: 'optional error message',
  },
}

const time = '2026-03-09T14:00:00Z'
const agent = {
  id: 'agent_abc123',
  name: 'my-assistant',
  host: 'macbook-pro',
  status: oneOf('running', 'paused', 'stopped', 'error', 'stuck'),
  lastHeartbeat: time,
  createdAt: time,
  costUsd: 1.23,
  tokenCount: 45000,
  errorCount: 2,
}
const event = { type: oneOf('tool_call', 'error', 'heartbeat', 'cost', 'status_change'), timestamp: time, data: record }
const alert = {
  id: 'alert_1',
  agentId: 'agent_abc123',
  type: oneOf('stuck', 'error', 'cost_spike', 'loop_detected'),
  severity: oneOf('critical', 'warning', 'info'),
  message: 'Agent stuck — no heartbeat for 5 minutes',
  timestamp: time,
  acknowledged: false,
}

/** Every endpoint of ClaWatch's document in its order, with the fields of its examples. */
const clawatchDocument: readonly Documented[] = [
  { endpoint: 'GET /agents', status: 200, answer: { agents: [agent] } },
  { endpoint: 'GET /agents/:id', status: 200, answer: { ...agent, recentEvents: [event] } },
  { endpoint: 'POST /agents/:id/pause', status: 200, answer: agent },
  { endpoint: 'POST /agents/:id/resume', status: 200, answer: agent },
  { endpoint: 'POST /events', status: 201, answer: { id: 'evt_1' } },
  {
    endpoint: 'GET /costs?agentId={agent}&from={from}&to={to}',
    status: 200,
    answer: {
      totalUsd: 12.5,
      byAgent: [{ agentId: 'agent_abc123', name: 'my-assistant', costUsd: 8, tokenCount: 250000 }],
      byModel: [{ model: 'claude-sonnet-4-20250514', costUsd: 8, tokenCount: 250000 }],
    },
  },
  { endpoint: 'GET /alerts', status: 200, answer: { alerts: [alert] } },
  { endpoint: 'POST /alerts/:id/acknowledge', status: 200, answer: alert },
]

describe('the document, in its order', () => {
  const { step, left } = walkThrough(clawatchDocument, (method, path, body) => call(method, path, body))
  const known: Record<string, string> = {}
  /** Its agent has been reporting before the page of the document looks at it. */
  beforeAll(async () => {
    for (const type of ['heartbeat', 'cost', 'tool_call', 'status_change']) {
      const data = { costUsd: 0.3, tokenCount: 11_250, status: 'running', model: documented.data.model }
      await call('POST', '/events', { ...documented, type, data })
    }
  })

  test('agents: all of them, and one with its events', async () => {
    expect(await step('GET /agents')).toMatchObject({
      agents: [{ id: 'agent_abc123', costUsd: 1.2, tokenCount: 45_000 }],
    })
    const { recentEvents } = await step('GET /agents/:id', ['agent_abc123'])
    expect(recentEvents).toHaveLength(4)
  })

  test('agents: a pause and its end answer the agent, and guard keeps to them', async () => {
    const guard = async () => {
      const response = await fetch(`${server.url}/api/guard`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'Content-Type': 'application/json' },
        body: JSON.stringify({ agent_id: 'agent_abc123', action_type: 'api_call', declared_goal: 'look' }),
      })
      return ((await response.json()) as { decision: string }).decision
    }
    expect((await step('POST /agents/:id/pause', ['agent_abc123']))['status']).toBe('paused')
    expect(await guard()).toBe('block')
    expect((await step('POST /agents/:id/resume', ['agent_abc123']))['status']).toBe('running')
    expect(await guard()).not.toBe('block')
  })

  test('events: what its agents post is told again as it was sent', async () => {
    expect(await step('POST /events', [], documented)).toEqual({ id: expect.any(String) })
    const { body } = await call('GET', '/agents/agent_abc123')
    expect(body).toMatchObject({ costUsd: 1.23, tokenCount: 46_500 })
    expect((body['recentEvents'] as object[])[0]).toEqual({
      type: 'tool_call',
      timestamp: '2026-03-09T14:00:00.000Z',
      data: documented.data,
    })
  })

  test('costs: by agent and by model, of a time', async () => {
    const costs = await step('GET /costs?agentId={agent}&from={from}&to={to}', ['agent_abc123', time, time])
    expect(costs).toMatchObject({ totalUsd: 1.23, byAgent: [{ tokenCount: 46_500 }], byModel: [{ costUsd: 1.23 }] })
    expect((await call('GET', '/costs')).body).toEqual(costs)
    expect((await call('GET', '/costs?to=2026-03-08T14:00:00Z')).body).toEqual({
      totalUsd: 0,
      byAgent: [],
      byModel: [],
    })
  })

  test('alerts: told, and acknowledged', async () => {
    expect((await call('GET', '/alerts')).body).toEqual({ alerts: [] })
    for (let n = 0; n < 4; n += 1) await call('POST', '/events', { ...documented, type: 'error' })
    const { alerts } = await step('GET /alerts')
    expect(alerts).toMatchObject([{ type: 'error', severity: 'warning', acknowledged: false }])
    known['alert'] = (alerts as { id: string }[])[0]?.id ?? ''
    const acknowledged = await step('POST /alerts/:id/acknowledge', [known['alert']])
    expect(acknowledged).toMatchObject({ id: known['alert'], acknowledged: true })
    expect((await call('GET', '/alerts')).body).toEqual({ alerts: [acknowledged] })
  })

  test('nothing of the document was left out, and nothing is served beyond it', () => {
    expect(left()).toEqual([])
    const served = clawatch.routes.map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    const named = clawatchDocument.map(({ endpoint }) => endpoint.replace(/\?.*/, ''))
    expect(served.toSorted()).toEqual(named.toSorted())
  })
})

describe('batches', () => {
  const beat = (agentId: string, more: object = {}) => ({
    agentId,
    type: 'heartbeat',
    timestamp: new Date(now).toISOString(),
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

describe('what the document leaves open', () => {
  test('a fleet of more than 500 goes on at the address of the header', async () => {
    await server.org('org_large')
    const large = { 'X-ClaWatch-Key': await server.key({}, 'org_large') }
    const events = Array.from({ length: 600 }, (_, n) => ({ agentId: `a${n}`, type: 'heartbeat' }))
    expect((await call('POST', '/events', events, large)).body).toMatchObject({ accepted: 600 })
    const page = async (url: string) => {
      const response = await fetch(url, { headers: large })
      const { agents } = (await response.json()) as { agents: { id: string }[] }
      const link = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
      return { ids: agents.map(({ id }) => id), link }
    }
    const first = await page(`${server.url}/clawatch/api/agents`)
    expect(first.ids).toHaveLength(500)
    const second = await page(`${server.url}${first.link}`)
    expect([second.ids.length, second.link]).toEqual([100, undefined])
    expect(new Set([...first.ids, ...second.ids]).size).toBe(600)
  })

  test('a page of another origin that the operator names may send the key', async () => {
    const other = await testServer(operations, { settings: { cors_origins: 'https://watch.example' } })
    const response = await fetch(`${other.url}/clawatch/api/agents`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://watch.example', 'Access-Control-Request-Headers': 'x-clawatch-key' },
    })
    expect(response.headers.get('access-control-allow-origin')).toBe('https://watch.example')
    expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-clawatch-key')
    await other.close()
  })
})
