import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { ClawTrait } from '../client/clawtrait.ts'
import { testServer, type TestServer } from '../test-server.ts'
import { clawtrait } from './clawtrait.ts'
import { oneOf, walkThrough, type Documented } from './test-walk.ts'

let server: TestServer
let key: string
const started = Date.now()
beforeAll(async () => {
  // The clock stands still, so that no minute ends while a limit is used up.
  server = await testServer(operations, { now: () => new Date(started) })
  key = await server.key({ role: 'member', prefix: 'ct_' })
})
afterAll(() => server.close())

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

async function call(method: string, path: string, body?: unknown, bearer: string | null = key): Promise<Answer> {
  const response = await fetch(`${server.url}/clawtrait/v1${path}`, {
    method,
    headers: {
      ...(bearer === null ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  }
}

/** The body that the document has for `POST /events`. */
const documented = {
  agentId: 'support-bot-1',
  task: 'resolve-ticket',
  outcome: 'success',
  cost: 0.042,
  durationMs: 3200,
}

const daysAgo = (days: number): string => new Date(started - days * 86_400_000).toISOString()

/** Every endpoint of ClawTrait's document in its order, with the fields of its examples. */
const clawtraitDocument: readonly Documented[] = [
  { endpoint: 'POST /events', status: 201, answer: { id: 'evt_1' } },
  {
    endpoint: 'GET /agents/:id/stats',
    status: 200,
    answer: {
      agentId: 'support-bot-1',
      period: oneOf('30d'),
      totalTasks: 1284,
      successRate: 0.94,
      costPerTask: 0.038,
      totalCost: 48.79,
      netROI: 2.4,
    },
  },
  {
    endpoint: 'GET /agents/:id/drift',
    status: 200,
    answer: {
      agentId: 'support-bot-1',
      driftScore: 0.12,
      status: oneOf('healthy', 'warning', 'drifting'),
      baselineDate: '2026-02-15T00:00:00Z',
      topChanges: [
        { dimension: 'tone', delta: 0.08 },
        { dimension: 'task_scope', delta: 0.04 },
      ],
    },
  },
]

/** A history long enough for a baseline: an agent that has changed what it does and how it speaks. */
async function history(): Promise<void> {
  const at = async (days: number, n: number, more: object) => {
    const sent = { ...documented, timestamp: daysAgo(days), ...more, cost: 0.04 + (n % 9) / 1000 }
    expect((await call('POST', '/events', sent)).status).toBe(201)
  }
  const hundred = (work: (n: number) => Promise<void>) => Promise.all(Array.from({ length: 100 }, (_, n) => work(n)))
  await hundred((n) => at(20, n, { metadata: { output: 'The request has been processed. Thank you.' } }))
  await hundred((n) =>
    at(1, n, { task: n % 2 ? 'refund' : 'resolve-ticket', metadata: { output: "Hey, that's done, awesome!" } }),
  )
}

describe('the document, in its order', () => {
  const { step, left } = walkThrough(clawtraitDocument, call)

  test('quick start: the SDK, as the document writes it but for the package and the address', async () => {
    const ct = new ClawTrait({ apiKey: key, baseUrl: server.url })
    await ct.trackTask({
      agentId: 'support-bot-1',
      task: 'resolve-ticket',
      outcome: 'success',
      cost: 0.042,
      durationMs: 3200,
      metadata: { ticketId: 'TK-1234', model: 'gpt-4o' },
    })
    expect(await ct.getStats('support-bot-1')).toMatchObject({ totalTasks: 1, totalCost: 0.042 })
  })

  test('events: 201 with the id of the event', async () => {
    expect(key).toMatch(/^ct_/)
    await step('POST /events', [], documented)
    // What nobody has put a value on has no return, and what just began has no drift.
    expect((await call('GET', '/agents/support-bot-1/stats')).body['netROI']).toBeNull()
    expect((await call('GET', '/agents/support-bot-1/drift')).body).toEqual({
      agentId: 'support-bot-1',
      driftScore: 0,
      status: 'insufficient_data',
      baselineDate: null,
      topChanges: [],
    })
  })

  test('stats: what the tasks cost, and by their value what they returned', async () => {
    const response = await fetch(`${server.url}/api/roi/values/resolve-ticket`, {
      method: 'PUT',
      headers: { 'x-api-key': await server.key(), 'content-type': 'application/json' },
      body: JSON.stringify({ value_usd: 0.147 }),
    })
    expect(response.status).toBe(200)
    const stats = await step('GET /agents/:id/stats', ['support-bot-1'])
    expect(stats).toMatchObject({ totalTasks: 2, successRate: 1, costPerTask: 0.042, totalCost: 0.084 })
    expect(stats['netROI']).toBeCloseTo(2.5)
  })

  test('drift: how far it moved from its baseline, and by what', async () => {
    await history()
    const drift = await step('GET /agents/:id/drift', ['support-bot-1'])
    expect(drift).toMatchObject({
      status: 'drifting',
      baselineDate: `${daysAgo(20).slice(0, 10)}T00:00:00Z`,
      topChanges: [{ dimension: 'tone' }, { dimension: 'task_scope' }],
    })
    expect(drift['driftScore']).toBeGreaterThan(0)
    expect(drift['driftScore']).toBeLessThanOrEqual(1)
  })

  test('nothing of the document was left out, and nothing is served beyond it', () => {
    expect(left()).toEqual([])
    const served = clawtrait.routes.map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    expect(served).toEqual(clawtraitDocument.map(({ endpoint }) => endpoint))
  })

  test('authentication: the key as a Bearer token, whatever its prefix; without one 401', async () => {
    const plain = await server.key({ role: 'member' })
    expect((await call('GET', '/agents/support-bot-1/stats', undefined, plain)).status).toBe(200)
    for (const bearer of [null, 'ct_nobody', '']) {
      expect(await call('GET', '/agents/support-bot-1/stats', undefined, bearer)).toMatchObject({
        status: 401,
        body: { error: expect.any(String), code: 'UNAUTHENTICATED' },
      })
    }
    const reading = await server.key({ role: 'readonly' })
    expect(await call('POST', '/events', documented, reading)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    })
  })

  test.each([
    ['pro', '1000'],
    ['team', '5000'],
    ['enterprise', 'unbounded'],
  ])('rate limits: the plan %s has room for %s events a minute', async (plan, limit) => {
    const orgId = `org_${plan}`
    await server.org(orgId)
    const values = {
      org_id: orgId,
      key: 'clawtrait_plan',
      value: JSON.stringify(plan),
      updated_at: new Date(),
      updated_by: 'test',
    }
    await server.runtime.db.insertInto('org_setting').values(values).execute()
    const { status, headers } = await call('POST', '/events', documented, await server.key({ role: 'member' }, orgId))
    expect([status, headers.get('x-ratelimit-limit')]).toEqual([201, limit === 'unbounded' ? null : limit])
  })

  test('rate limits: 100 events a minute of the starter plan, then 429 that says when; none by default', async () => {
    await server.org('org_starter')
    const starter = await server.key({ role: 'member' }, 'org_starter')
    const value = JSON.stringify('starter')
    await server.runtime.db
      .insertInto('org_setting')
      .values({ org_id: 'org_starter', key: 'clawtrait_plan', value, updated_at: new Date(), updated_by: 'test' })
      .execute()
    const sent = await Promise.all(Array.from({ length: 110 }, () => call('POST', '/events', documented, starter)))
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(100)
    const refused = sent.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(10)
    expect(refused[0]?.body).toEqual({ error: expect.any(String), code: 'RATE_LIMITED' })
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(sent[0]?.headers.get('x-ratelimit-limit')).toBe('100')
    // Reading is not what the plan counts.
    expect((await call('GET', '/agents/support-bot-1/stats', undefined, starter)).status).toBe(200)
  })
})

describe('what the document leaves open', () => {
  test('the value of metadata is what the outcome is worth; context of any kind is kept', async () => {
    const metadata = { ticketId: 'TK-1234', model: 'gpt-4o', value: 0.42 }
    const event = { ...documented, agentId: 'valued', task: 'valued-task', cost: 0.1, metadata }
    await call('POST', '/events', event)
    await call('POST', '/events', { ...event, metadata: { value: 'high', nested: [{ a: 1 }] } })
    const { body } = await call('GET', '/agents/valued/stats?period=7d')
    expect(body).toMatchObject({ period: '7d', totalTasks: 2 })
    expect(body['netROI']).toBeCloseTo((0.42 - 0.2) / 0.2)
    const rows = await server.runtime.db
      .selectFrom('agent_event')
      .select(['model', 'data'])
      .where('agent_id', '=', 'valued')
      .orderBy('value_micros')
      .execute()
    expect(rows).toEqual([
      { model: 'gpt-4o', data: metadata },
      { model: null, data: { value: 'high', nested: [{ a: 1 }] } },
    ])
  })

  test('the same id twice is one event', async () => {
    const event = { ...documented, agentId: 'twice', id: 'evt-1' }
    const ids = await Promise.all(Array.from({ length: 5 }, () => call('POST', '/events', event)))
    expect(ids.map(({ status, body }) => [status, body['id']])).toEqual(ids.map(() => [201, 'evt-1']))
    expect((await call('GET', '/agents/twice/stats')).body['totalTasks']).toBe(1)
  })
})

describe('bad input is refused in their shape and by their names, and nothing is kept', () => {
  test.each<[string, unknown, string]>([
    ['no agent', { ...documented, agentId: undefined }, 'agentId'],
    ['no task', { ...documented, task: undefined }, 'task'],
    ['no outcome', { ...documented, outcome: null }, 'outcome'],
    ['an unknown outcome', { ...documented, outcome: 'maybe' }, 'outcome'],
    ['a negative cost', { ...documented, cost: -1 }, 'cost:'],
    ['a cost that is no number', { ...documented, cost: 'much' }, 'cost:'],
    ['a duration that is none', { ...documented, durationMs: -5 }, 'durationMs'],
    ['a negative value', { ...documented, metadata: { value: -1 } }, 'metadata.value'],
    ['metadata that is none', { ...documented, metadata: 'x' }, 'metadata'],
    ['a megabyte of metadata', { ...documented, metadata: { x: 'y'.repeat(1_000_000) } }, 'metadata'],
    ['the future', { ...documented, timestamp: daysAgo(-1) }, 'timestamp'],
    ['a year ago', { ...documented, timestamp: daysAgo(366) }, 'timestamp'],
    ['a list', [documented], 'body'],
    ['a text', 'x', 'body'],
  ])('%s', async (_, body, named) => {
    const sent = typeof body === 'object' && body !== null && !Array.isArray(body) ? { agentId: 'bad', ...body } : body
    const renamed = JSON.parse(JSON.stringify(sent).replaceAll('support-bot-1', 'bad')) as unknown
    expect(await call('POST', '/events', renamed)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(named), code: expect.stringMatching(/^INVALID_(INPUT|JSON)$/) },
    })
    expect(await call('GET', '/agents/bad/stats')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })

  test('unknown agents and periods, other methods and paths', async () => {
    expect((await call('GET', '/agents/nobody/drift')).status).toBe(404)
    expect(await call('GET', '/agents/support-bot-1/stats?period=1y')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('period'), code: 'INVALID_INPUT' },
    })
    expect((await call('DELETE', '/events')).status).toBe(405)
    expect((await call('GET', '/nothing')).status).toBe(404)
    await server.org('org_other')
    const other = await server.key({ role: 'admin' }, 'org_other')
    expect((await call('GET', '/agents/support-bot-1/stats', undefined, other)).status).toBe(404)
  })
})
