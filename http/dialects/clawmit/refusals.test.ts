import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TEST_ORG } from '../../test-server.ts'
import { str, testClient, text, type Answer, type TestClient } from './test-client.ts'

const person = { email: 'you@example.com', password: 'your-secure-password' }

let client: TestClient
beforeAll(async () => {
  client = await testClient()
  await client.server.org('org_limited')
  await client.call('POST', '/auth/register', person)
  client.token = str((await client.call('POST', '/auth/login', person)).body['token'])
})
afterAll(() => client.close())

describe('what is wrong is told in their shape, and nothing is kept', () => {
  const shape = (code: string, more: object = {}) => ({ error: { code, message: text, requestId: text, ...more } })

  test('400 with the fields', async () => {
    const { status, body } = await client.call('POST', '/agents', { name: 'x' })
    expect([status, body]).toEqual([400, shape('VALIDATION_ERROR', { details: [{ field: 'prompt', message: text }] })])
    const task = await client.call('POST', '/tasks', { title: 'x' })
    expect([task.status, task.body]).toEqual([
      400,
      shape('VALIDATION_ERROR', { details: [{ field: 'agentId', message: text }] }),
    ])
  })

  const hooked = (url: string, event = 'task.failed') => ({ url, events: [event] })

  test.each<[string, string, unknown, string]>([
    ['no page', 'GET /agents?page=0', undefined, '400 VALIDATION_ERROR'],
    ['an unknown agent', 'GET /agents/agent_none', undefined, '404 NOT_FOUND'],
    ['an unknown task', 'GET /tasks/task_none', undefined, '404 NOT_FOUND'],
    ['an unknown scope', 'POST /api-keys', { name: 'x', scopes: ['all'] }, '400 VALIDATION_ERROR'],
    ['a list for a body', 'POST /agents', [], '400 VALIDATION_ERROR'],
    ['no event of theirs', 'POST /webhooks', hooked('https://a.example', 'org.halted'), '400 VALIDATION_ERROR'],
    ['a private address', 'POST /webhooks', hooked('https://127.0.0.1/x'), '400 VALIDATION_ERROR'],
    ['cloud metadata', 'POST /webhooks', hooked('https://169.254.169.254/'), '400 VALIDATION_ERROR'],
    ['a weak password', 'POST /auth/register', { email: 'w@example.com', password: 'short' }, '400 VALIDATION_ERROR'],
    ['a wrong password', 'POST /auth/login', { ...person, password: 'not-this-one' }, '401 UNAUTHORIZED'],
    ['no such path', 'GET /nothing', undefined, '404 NOT_FOUND'],
  ])('%s: %s', async (_, request, sent, expected) => {
    const [method = '', path = ''] = request.split(' ')
    const { status, body } = await client.call(method, path, sent)
    expect(body).toEqual({ error: expect.objectContaining({ message: text, requestId: text }) })
    expect(`${status} ${(body['error'] as { code: string }).code}`).toBe(expected)
    expect((await client.call('GET', '/webhooks')).body).toEqual({ data: [] })
  })

  test('409 for a step that is not possible names those that are', async () => {
    const agent = str((await client.call('POST', '/agents', { name: 'T', prompt: 'p' })).body['id'])
    const { body } = await client.call('POST', '/tasks', { agentId: agent, title: 't' })
    const { status, body: refused } = await client.call('PATCH', `/tasks/${str(body['id'])}`, { status: 'completed' })
    expect([status, refused]).toMatchObject([
      409,
      { error: { code: 'CONFLICT', message: expect.stringContaining('running, cancelled') } },
    ])
  })

  test('401 without a token or with a made-up one, 403 without the scope, 404 across accounts', async () => {
    for (const bearer of ['', 'ws_made_up', 'fc_live_made_up']) {
      const { status, body } = await client.call('GET', '/agents', undefined, bearer)
      expect([status, body]).toEqual([401, shape('UNAUTHORIZED')])
    }
    const reader = str((await client.call('POST', '/api-keys', { name: 'r', scopes: ['agents:read'] })).body['key'])
    const refused = await client.call('POST', '/agents', { name: 'x', prompt: 'p' }, reader)
    expect([refused.status, refused.body]).toEqual([403, shape('FORBIDDEN')])
    const mine = str((await client.call('POST', '/agents', { name: 'Mine', prompt: 'p' })).body['id'])
    const other = { email: 'other@example.com', password: 'another-secure-password' }
    await client.call('POST', '/auth/register', other)
    const theirs = str((await client.call('POST', '/auth/login', other)).body['token'])
    expect((await client.call('GET', `/agents/${mine}`, undefined, theirs)).status).toBe(404)
    expect((await client.call('GET', '/agents', undefined, theirs)).body).toMatchObject({
      data: [],
      pagination: { total: 0 },
    })
  })
})

describe('limits', () => {
  const seconds = () => Math.floor(Date.now() / 1000)
  const limitsOf = ({ headers }: Answer) =>
    ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))

  test('every answer has the headers, also a refusal and one without a token; of 100 calls a minute the next is a 429', async () => {
    const key = await client.server.key({ prefix: 'fc_live_' })
    const first = await client.call('GET', '/agents', undefined, key)
    const [limit, remaining, reset] = limitsOf(first)
    expect([limit, remaining]).toEqual([100, 99])
    expect(reset).toBeGreaterThanOrEqual(seconds())
    expect(reset).toBeLessThanOrEqual(seconds() + 61)
    expect(limitsOf(await client.call('GET', '/agents/none', undefined, key)).slice(0, 2)).toEqual([100, 98])
    expect(limitsOf(await client.call('GET', '/agents', undefined, ''))[0]).toBe(100)
    const rest = await Promise.all(Array.from({ length: 120 }, () => client.call('GET', '/agents', undefined, key)))
    const over = rest.filter(({ status }) => status === 429)
    expect(over.length).toBeGreaterThanOrEqual(22)
    expect(over[0]?.body).toMatchObject({ error: { code: 'RATE_LIMITED' } })
    expect(over[0] && limitsOf(over[0]).slice(0, 2)).toEqual([100, 0])
    expect(Number(over[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('an org sets its own; what the day refuses is a 429 for every key of the org', async () => {
    const key = await client.server.key({ prefix: 'fc_live_' })
    const settings = { clawmit_requests_per_minute: 0, clawmit_requests_per_day: 1_000_000 }
    const set = (changed: object) =>
      fetch(`${client.server.url}/api/settings`, {
        method: 'PATCH',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify({ settings: changed }),
      })
    expect((await set(settings)).status).toBe(200)
    expect(limitsOf(await client.call('GET', '/agents', undefined, key))[0]).toBe(1_000_000)
    const used = await client.server.runtime.db
      .selectFrom('request_day')
      .select('used')
      .where('org_id', '=', TEST_ORG)
      .executeTakeFirstOrThrow()
    await set({ clawmit_requests_per_day: used.used + 1 })
    expect((await client.call('GET', '/agents', undefined, key)).status).toBe(200)
    const other = await client.server.key({ prefix: 'fc_live_' })
    const refused = await client.call('GET', '/agents', undefined, other)
    expect([refused.status, limitsOf(refused)[1]]).toEqual([429, 0])
    expect(await client.call('GET', '/agents')).toMatchObject({ status: 200 })
  })
})

test("also where Writ's own limit of a key refuses, the reset is a time", async () => {
  const key = await client.server.key({ prefix: 'fc_live_', rateLimitPerMinute: 1 }, 'org_limited')
  await client.call('GET', '/agents', undefined, key)
  const { status, headers } = await client.call('GET', '/agents', undefined, key)
  expect(status).toBe(429)
  expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(1e9)
})

test('a failure of the server is told in their shape too, and not what failed', async () => {
  const broken = await testClient()
  const key = await broken.server.key({ prefix: 'fc_live_' })
  await sql`alter table task rename to task_gone`.execute(broken.server.runtime.db)
  const { status, body } = await broken.call('GET', '/tasks', undefined, key)
  expect([status, body]).toEqual([
    500,
    { error: { code: 'INTERNAL_ERROR', message: 'Internal server error', requestId: text } },
  ])
  await broken.close()
})
