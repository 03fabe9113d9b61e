import { createHmac, timingSafeEqual } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#core/registry.gen'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { deliverWebhooks } from '#core/webhooks/index'
import { createSafeFetch, type SafeFetch } from '../ports/safe-fetch.ts'
import { TEST_ORG, testServer, type TestServer } from '../test-server.ts'

let server: TestServer
let egress: SafeFetch
let hook: StubServer
let token = ''
beforeAll(async () => {
  hook = await stubServer((_request, response) => response.end())
  const allow = new Set([`127.0.0.1:${hook.port}`])
  egress = createSafeFetch({ allow })
  const settings = { secret_key: '07'.repeat(32), egress_allow: [...allow].join(',') }
  server = await testServer(operations, { settings, fetch: egress.fetch, judge: egress.judge })
})
afterAll(async () => {
  await server.close()
  await egress.close()
  await hook.close()
})

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

async function call(method: string, path: string, body?: unknown, bearer = token): Promise<Answer> {
  const response = await fetch(`${server.url}/clawmit/api${path}`, {
    method,
    headers: {
      ...(bearer === '' ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
    headers: response.headers,
  }
}

const text = expect.any(String)
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
const str = (value: unknown): string => String(value)

describe('the document, in its order', () => {
  const person = { email: 'you@example.com', password: 'your-secure-password' }
  const known: Record<string, string> = {}

  test('quick start: an account', async () => {
    const { status, body } = await call('POST', '/auth/register', person)
    expect([status, body]).toEqual([201, { user: { id: text, email: person.email, createdAt: time } }])
    expect(await call('POST', '/auth/register', person)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    })
  })

  test('quick start: a token', async () => {
    const { status, body } = await call('POST', '/auth/login', person)
    expect([status, body]).toEqual([200, { token: text, user: { id: text, email: person.email } }])
    token = str(body['token'])
  })

  test('quick start: the first agent', async () => {
    const sent = {
      name: 'My First Agent',
      description: 'A helpful assistant',
      prompt: 'You are a helpful AI assistant.',
      tools: [],
      config: { temperature: 0.7, maxTokens: 2000 },
    }
    const { status, body } = await call('POST', '/agents', sent)
    expect(status).toBe(201)
    known['first'] = str(body['id'])
  })

  test('API keys: made by the token, shown once', async () => {
    const sent = { name: 'Production API Key', scopes: ['agents:read', 'agents:write', 'tasks:read', 'tasks:write'] }
    const { status, body } = await call('POST', '/api-keys', sent)
    expect([status, body]).toEqual([
      201,
      { ...sent, id: text, key: expect.stringMatching(/^fc_live_/), keyPrefix: text },
    ])
    expect(str(body['key']).startsWith(str(body['keyPrefix']))).toBe(true)
    Object.assign(known, { key: str(body['key']), keyId: str(body['id']) })
  })

  test('agents: listed with pages, by the key', async () => {
    const { status, body } = await call('GET', '/agents?page=1&limit=10', undefined, known['key'])
    expect(status).toBe(200)
    expect(body).toEqual({
      data: [
        {
          id: known['first'],
          name: 'My First Agent',
          description: 'A helpful assistant',
          status: 'idle',
          currentVersionId: text,
          forkCount: 0,
          createdAt: time,
          updatedAt: time,
        },
      ],
      pagination: { page: 1, limit: 10, total: 1, totalPages: 1 },
    })
  })

  test('agents: created with their first version', async () => {
    const content = {
      prompt: 'You are an expert code reviewer...',
      tools: [
        { name: 'github_api', description: 'GitHub API access', parameters: { repo: 'string', pr_number: 'number' } },
      ],
      config: { temperature: 0.7, maxTokens: 2000 },
    }
    const sent = { name: 'Code Review Agent', description: 'Reviews pull requests', ...content }
    const { status, body } = await call('POST', '/agents', sent, known['key'])
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: text,
      name: 'Code Review Agent',
      status: 'idle',
      currentVersionId: text,
      currentVersion: { id: text, versionNumber: 1, ...content },
    })
    Object.assign(known, { agent: str(body['id']), one: str(body['currentVersionId']) })
  })

  test('agents: in detail', async () => {
    const { status, body } = await call('GET', `/agents/${known['agent']}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: known['agent'],
      name: 'Code Review Agent',
      description: 'Reviews pull requests',
      status: 'idle',
      currentVersionId: known['one'],
      currentVersion: {
        id: known['one'],
        versionNumber: 1,
        prompt: text,
        tools: expect.any(Array),
        config: expect.any(Object),
      },
      forkCount: 0,
      createdAt: time,
      updatedAt: time,
    })
  })

  test('agents: forked with another prompt', async () => {
    const sent = {
      forkType: 'prompt_mutation',
      name: 'Support Assistant (Spanish)',
      prompt: 'Eres un asistente de soporte...',
      commitMessage: 'Spanish language version',
    }
    const { status, body } = await call('POST', `/agents/${known['agent']}/fork`, sent, known['key'])
    expect(status).toBe(201)
    expect(body).toEqual({
      id: text,
      name: sent.name,
      parentAgent: { id: known['agent'], name: 'Code Review Agent' },
      currentVersion: { id: text, versionNumber: 1, parentVersionId: known['one'], forkType: 'prompt_mutation' },
    })
    known['fork'] = str(body['id'])
    expect((await call('GET', `/agents/${known['agent']}`)).body['forkCount']).toBe(1)
  })

  test('agents: the lineage, the same from every member', async () => {
    const { status, body } = await call('GET', `/agents/${known['agent']}/lineage`)
    expect([status, body]).toEqual([
      200,
      {
        root: {
          id: known['agent'],
          name: 'Code Review Agent',
          versionId: known['one'],
          versionNumber: 1,
          children: [
            {
              id: known['fork'],
              name: 'Support Assistant (Spanish)',
              versionId: text,
              versionNumber: 1,
              forkType: 'prompt_mutation',
              children: [],
            },
          ],
        },
      },
    ])
    expect((await call('GET', `/agents/${known['fork']}/lineage`)).body).toEqual(body)
  })

  test('versions: listed with who made them', async () => {
    const { status, body } = await call('GET', `/agents/${known['first']}/versions?page=1&limit=20`)
    expect([status, body]).toEqual([
      200,
      {
        data: [
          {
            id: text,
            versionNumber: 1,
            prompt: 'You are a helpful AI assistant.',
            commitMessage: '',
            createdAt: time,
            createdBy: { id: expect.stringMatching(/^usr_/), email: person.email },
          },
        ],
        pagination: { page: 1, limit: 20, total: 1, totalPages: 1 },
      },
    ])
  })

  test('versions: a new one tells what changed', async () => {
    const sent = {
      prompt: 'Updated prompt with improvements...',
      config: { temperature: 0.5, maxTokens: 3000 },
      commitMessage: 'Reduced temperature for consistency',
    }
    const { status, body } = await call('POST', `/agents/${known['agent']}/versions`, sent, known['key'])
    expect(status).toBe(201)
    expect(body).toEqual({
      id: text,
      versionNumber: 2,
      parentVersionId: known['one'],
      diffFromParent: {
        prompt: { added: 1, removed: 1, unified: text },
        config: { changed: { temperature: { from: 0.7, to: 0.5 }, maxTokens: { from: 2000, to: 3000 } } },
      },
    })
    known['two'] = str(body['id'])
  })

  test('versions: compared', async () => {
    const path = `/agents/${known['agent']}/versions/compare?from=${known['one']}&to=${known['two']}`
    const { status, body } = await call('GET', path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      from: { id: known['one'], versionNumber: 1 },
      to: { id: known['two'], versionNumber: 2 },
      diff: { config: { changed: { temperature: { from: 0.7, to: 0.5 } } } },
    })
  })

  test('versions: a rollback is a new version with the old content', async () => {
    const { status, body } = await call('POST', `/agents/${known['agent']}/rollback`, { versionId: known['one'] })
    expect([status, body]).toEqual([201, { id: text, versionNumber: 3, commitMessage: 'Rollback to version 1' }])
    known['three'] = str(body['id'])
    const shown = (await call('GET', `/agents/${known['agent']}`)).body
    expect(shown).toMatchObject({ currentVersionId: known['three'], currentVersion: { config: { temperature: 0.7 } } })
  })

  test('tasks: created for a version', async () => {
    const sent = {
      agentId: known['agent'],
      versionId: known['one'],
      title: 'Review PR #42',
      description: 'Review the authentication changes',
      priority: 'high',
      input: { pr_number: 42, repository: 'myorg/myrepo' },
    }
    const { status, body } = await call('POST', '/tasks', sent, known['key'])
    expect(status).toBe(201)
    expect(body).toMatchObject({
      id: text,
      agentId: known['agent'],
      versionId: known['one'],
      title: 'Review PR #42',
      status: 'queued',
      priority: 'high',
      createdAt: time,
    })
    known['task'] = str(body['id'])
    const { versionId: _, ...without } = sent
    expect((await call('POST', '/tasks', without)).body['versionId']).toBe(known['three'])
  })

  test('tasks: started, then listed as running', async () => {
    const sent = { status: 'running', output: { partial_result: 'Processing...' } }
    expect(await call('PATCH', `/tasks/${known['task']}`, sent, known['key'])).toMatchObject({
      status: 200,
      body: { ...sent, startedAt: time },
    })
    const { status, body } = await call(
      'GET',
      `/tasks?status=running&agentId=${known['agent']}`,
      undefined,
      known['key'],
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      data: [
        {
          id: known['task'],
          title: 'Review PR #42',
          status: 'running',
          startedAt: time,
          agent: { id: known['agent'], name: 'Code Review Agent' },
        },
      ],
    })
    expect(body['data']).toHaveLength(1)
  })

  test('webhooks: created with a secret that is shown once', async () => {
    const events = ['task.started', 'task.completed', 'task.failed', 'agent.forked']
    const sent = { url: 'https://your-app.com/webhooks/Clawmit', events }
    const { status, body } = await call('POST', '/webhooks', sent)
    expect([status, body]).toEqual([201, { id: text, ...sent, secret: expect.stringMatching(/^whsec_/), active: true }])
    const { body: listed } = await call('GET', '/webhooks')
    expect(listed).toEqual({ data: [{ id: body['id'], ...sent, active: true, createdAt: time }] })
    expect(await call('DELETE', `/webhooks/${str(body['id'])}`)).toMatchObject({ status: 204, body: {} })
  })

  test('webhooks: the payload and its signature, by the algorithm of the document', async () => {
    const events = ['agent.created', 'task.completed']
    const made = await call('POST', '/webhooks', { url: `${hook.url}/webhooks/Clawmit`, events })
    const output = { review: 'Looks good, approved', suggestions: [] }
    const ended = await call('PATCH', `/tasks/${known['task']}`, { status: 'completed', output })
    expect(ended).toMatchObject({ status: 200, body: { status: 'completed', completedAt: time } })
    await call('POST', '/agents', { name: 'Another', prompt: 'p' })
    await deliverWebhooks(server.runtime)
    await expect.poll(() => hook.received.length).toBe(2)
    const [sent, other] = hook.received.toSorted(
      (a, b) => Number(b.body.includes('task.')) - Number(a.body.includes('task.')),
    )
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      event: 'task.completed',
      timestamp: time,
      data: { id: known['task'], agentId: known['agent'], status: 'completed', output },
    })
    expect(JSON.parse(other?.body ?? '')).toMatchObject({ event: 'agent.created', data: { id: text, name: 'Another' } })
    const secret = str(made.body['secret'])
    const signature = str(sent?.headers['x-clawmit-signature'])
    expect(verifyWebhook(sent?.body ?? '', signature, secret)).toBe(true)
    expect(verifyWebhook(`${sent?.body} `, signature, secret)).toBe(false)
  })

  test('tasks: in detail, ended', async () => {
    const { status, body } = await call('GET', `/tasks/${known['task']}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: known['task'],
      title: 'Review PR #42',
      status: 'completed',
      priority: 'high',
      input: { pr_number: 42, repository: 'myorg/myrepo' },
      output: { review: 'Looks good, approved', suggestions: [] },
      startedAt: time,
      completedAt: time,
    })
  })

  test('API keys: listed without the key, then revoked', async () => {
    await server.runtime.db.updateTable('api_key').set({ last_used_at: new Date() }).execute()
    const { status, body } = await call('GET', '/api-keys')
    expect([status, body]).toEqual([
      200,
      {
        data: [
          {
            id: known['keyId'],
            keyPrefix: text,
            name: 'Production API Key',
            scopes: ['agents:read', 'agents:write', 'tasks:read', 'tasks:write'],
            lastUsedAt: time,
            createdAt: time,
          },
        ],
      },
    ])
    expect(await call('DELETE', `/api-keys/${known['keyId']}`)).toMatchObject({ status: 204, body: {} })
    expect((await call('GET', '/agents', undefined, known['key'])).status).toBe(401)
    expect((await call('GET', '/api-keys')).body).toEqual({ data: [] })
  })
})

/** As the document has it. */
function verifyWebhook(payload: string, signature: string, secret: string): boolean {
  const digest = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`
  return timingSafeEqual(Buffer.from(signature), Buffer.from(digest))
}

describe('what is wrong is told in their shape, and nothing is kept', () => {
  const shape = (code: string, more: object = {}) => ({ error: { code, message: text, requestId: text, ...more } })

  test('400 with the fields', async () => {
    const { status, body } = await call('POST', '/agents', { name: 'x' })
    expect([status, body]).toEqual([400, shape('VALIDATION_ERROR', { details: [{ field: 'prompt', message: text }] })])
    const task = await call('POST', '/tasks', { title: 'x' })
    expect([task.status, task.body]).toEqual([
      400,
      shape('VALIDATION_ERROR', { details: [{ field: 'agentId', message: text }] }),
    ])
  })

  test.each<[string, string, string, unknown, number, string]>([
    ['no page', 'GET', '/agents?page=0', undefined, 400, 'VALIDATION_ERROR'],
    ['an unknown agent', 'GET', '/agents/agent_none', undefined, 404, 'NOT_FOUND'],
    ['an unknown task', 'GET', '/tasks/task_none', undefined, 404, 'NOT_FOUND'],
    ['an unknown scope', 'POST', '/api-keys', { name: 'x', scopes: ['all'] }, 400, 'VALIDATION_ERROR'],
    ['a list for a body', 'POST', '/agents', [], 400, 'VALIDATION_ERROR'],
    [
      'no event of theirs',
      'POST',
      '/webhooks',
      { url: 'https://a.example', events: ['org.halted'] },
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a private address',
      'POST',
      '/webhooks',
      { url: 'https://127.0.0.1/x', events: ['task.failed'] },
      400,
      'VALIDATION_ERROR',
    ],
    [
      'cloud metadata',
      'POST',
      '/webhooks',
      { url: 'https://169.254.169.254/', events: ['task.failed'] },
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a weak password',
      'POST',
      '/auth/register',
      { email: 'w@example.com', password: 'short' },
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a wrong password',
      'POST',
      '/auth/login',
      { email: 'you@example.com', password: 'not-this-one' },
      401,
      'UNAUTHORIZED',
    ],
    ['no such path', 'GET', '/nothing', undefined, 404, 'NOT_FOUND'],
  ])('%s: %s %s', async (_, method, path, body, status, code) => {
    const answer = await call(method, path, body)
    expect([answer.status, answer.body]).toEqual([
      status,
      { error: expect.objectContaining({ code, requestId: text }) },
    ])
  })

  test('409 for a step that is not possible names those that are', async () => {
    const agent = str((await call('POST', '/agents', { name: 'T', prompt: 'p' })).body['id'])
    const { body } = await call('POST', '/tasks', { agentId: agent, title: 't' })
    const { status, body: refused } = await call('PATCH', `/tasks/${str(body['id'])}`, { status: 'completed' })
    expect([status, refused]).toMatchObject([
      409,
      { error: { code: 'CONFLICT', message: expect.stringContaining('running, cancelled') } },
    ])
  })

  test('401 without a token or with a made-up one, 403 without the scope, 404 across accounts', async () => {
    for (const bearer of ['', 'ws_made_up', 'fc_live_made_up']) {
      const { status, body } = await call('GET', '/agents', undefined, bearer)
      expect([status, body]).toEqual([401, shape('UNAUTHORIZED')])
    }
    const reader = str((await call('POST', '/api-keys', { name: 'r', scopes: ['agents:read'] })).body['key'])
    const refused = await call('POST', '/agents', { name: 'x', prompt: 'p' }, reader)
    expect([refused.status, refused.body]).toEqual([403, shape('FORBIDDEN')])
    const mine = str((await call('POST', '/agents', { name: 'Mine', prompt: 'p' })).body['id'])
    const other = { email: 'other@example.com', password: 'another-secure-password' }
    await call('POST', '/auth/register', other)
    const theirs = str((await call('POST', '/auth/login', other)).body['token'])
    expect((await call('GET', `/agents/${mine}`, undefined, theirs)).status).toBe(404)
    expect((await call('GET', '/agents', undefined, theirs)).body).toMatchObject({ data: [], pagination: { total: 0 } })
  })
})

describe('limits', () => {
  const seconds = () => Math.floor(Date.now() / 1000)
  const limitsOf = ({ headers }: Answer) =>
    ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))

  test('every answer has the headers, also a refusal and one without a token; of 100 calls a minute the next is a 429', async () => {
    const key = await server.key({ prefix: 'fc_live_' })
    const first = await call('GET', '/agents', undefined, key)
    const [limit, remaining, reset] = limitsOf(first)
    expect([limit, remaining]).toEqual([100, 99])
    expect(reset).toBeGreaterThanOrEqual(seconds())
    expect(reset).toBeLessThanOrEqual(seconds() + 61)
    expect(limitsOf(await call('GET', '/agents/none', undefined, key)).slice(0, 2)).toEqual([100, 98])
    expect(limitsOf(await call('GET', '/agents', undefined, ''))[0]).toBe(100)
    const rest = await Promise.all(Array.from({ length: 120 }, () => call('GET', '/agents', undefined, key)))
    const over = rest.filter(({ status }) => status === 429)
    expect(over.length).toBeGreaterThanOrEqual(22)
    expect(over[0]?.body).toMatchObject({ error: { code: 'RATE_LIMITED' } })
    expect(over[0] && limitsOf(over[0]).slice(0, 2)).toEqual([100, 0])
    expect(Number(over[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('an org sets its own; what the day refuses is a 429 for every key of the org', async () => {
    const key = await server.key({ prefix: 'fc_live_' })
    const settings = { clawmit_requests_per_minute: 0, clawmit_requests_per_day: 1_000_000 }
    const set = (changed: object) =>
      fetch(`${server.url}/api/settings`, {
        method: 'PATCH',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: JSON.stringify({ settings: changed }),
      })
    expect((await set(settings)).status).toBe(200)
    expect(limitsOf(await call('GET', '/agents', undefined, key))[0]).toBe(1_000_000)
    const used = await server.runtime.db
      .selectFrom('request_day')
      .select('used')
      .where('org_id', '=', TEST_ORG)
      .executeTakeFirstOrThrow()
    await set({ clawmit_requests_per_day: used.used + 1 })
    expect((await call('GET', '/agents', undefined, key)).status).toBe(200)
    const other = await server.key({ prefix: 'fc_live_' })
    const refused = await call('GET', '/agents', undefined, other)
    expect([refused.status, limitsOf(refused)[1]]).toEqual([429, 0])
    expect(await call('GET', '/agents')).toMatchObject({ status: 200 })
  })
})

test('where nobody may register, or a provider vouches for people, it is a 403', async () => {
  for (const settings of [{ open_registration: 'off' as const }, { sso_issuer: 'https://id.example.com' }]) {
    const closed = await testServer(operations, { settings })
    const response = await fetch(`${closed.url}/clawmit/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'a@example.com', password: 'your-secure-password' }),
    })
    expect(response.status).toBe(403)
    await closed.close()
  }
})
