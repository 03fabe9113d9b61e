import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documented } from './clawmit/test-bodies.ts'
import { str, testClient, text, time, type TestClient } from './clawmit/test-client.ts'

let client: TestClient
beforeAll(async () => {
  client = await testClient()
})
afterAll(() => client.close())

describe('the document, in its order', () => {
  const { person } = documented
  const known: Record<string, string> = {}

  test('quick start: an account', async () => {
    const { status, body } = await client.call('POST', '/auth/register', person)
    expect([status, body]).toEqual([201, { user: { id: text, email: person.email, createdAt: time } }])
    expect(await client.call('POST', '/auth/register', person)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    })
  })

  test('quick start: a token', async () => {
    const { status, body } = await client.call('POST', '/auth/login', person)
    expect([status, body]).toEqual([200, { token: text, user: { id: text, email: person.email } }])
    client.token = str(body['token'])
  })

  test('quick start: the first agent', async () => {
    const { status, body } = await client.call('POST', '/agents', documented.firstAgent)
    known['first'] = str(body['id'])
    expect(status).toBe(201)
  })

  test('API keys: made by the token, shown once', async () => {
    const sent = documented.key
    const { status, body } = await client.call('POST', '/api-keys', sent)
    expect([status, body]).toEqual([
      201,
      { ...sent, id: text, key: expect.stringMatching(/^fc_live_/), keyPrefix: text },
    ])
    expect(str(body['key']).startsWith(str(body['keyPrefix']))).toBe(true)
    Object.assign(known, { key: str(body['key']), keyId: str(body['id']) })
  })

  test('agents: listed with pages, by the key', async () => {
    const { status, body } = await client.call('GET', '/agents?page=1&limit=10', undefined, known['key'])
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
    const sent = documented.agent
    const { name: _, description: __, ...content } = sent
    const { status, body } = await client.call('POST', '/agents', sent, known['key'])
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
    const { status, body } = await client.call('GET', `/agents/${known['agent']}`)
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
    const sent = documented.fork
    const { status, body } = await client.call('POST', `/agents/${known['agent']}/fork`, sent, known['key'])
    expect(status).toBe(201)
    expect(body).toEqual({
      id: text,
      name: sent.name,
      parentAgent: { id: known['agent'], name: 'Code Review Agent' },
      currentVersion: { id: text, versionNumber: 1, parentVersionId: known['one'], forkType: 'prompt_mutation' },
    })
    known['fork'] = str(body['id'])
    expect((await client.call('GET', `/agents/${known['agent']}`)).body['forkCount']).toBe(1)
  })

  test('agents: the lineage, the same from every member', async () => {
    const { status, body } = await client.call('GET', `/agents/${known['agent']}/lineage`)
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
    expect((await client.call('GET', `/agents/${known['fork']}/lineage`)).body).toEqual(body)
  })

  test('versions: listed with who made them', async () => {
    const { status, body } = await client.call('GET', `/agents/${known['first']}/versions?page=1&limit=20`)
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
    const sent = documented.version
    const { status, body } = await client.call('POST', `/agents/${known['agent']}/versions`, sent, known['key'])
    expect(status).toBe(201)
    expect(body).toEqual({
      id: text,
      versionNumber: 2,
      parentVersionId: known['one'],
      diffFromParent: {
        prompt: { added: 1, removed: 1, unified: text },
        config: { changed: { temperature: { from: 0.3, to: 0.5 }, maxTokens: { from: 4000, to: 3000 } } },
      },
    })
    known['two'] = str(body['id'])
  })

  test('versions: compared', async () => {
    const path = `/agents/${known['agent']}/versions/compare?from=${known['one']}&to=${known['two']}`
    const { status, body } = await client.call('GET', path)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      from: { id: known['one'], versionNumber: 1 },
      to: { id: known['two'], versionNumber: 2 },
      diff: { config: { changed: { temperature: { from: 0.3, to: 0.5 } } } },
    })
  })

  test('versions: a rollback is a new version with the old content', async () => {
    const { status, body } = await client.call('POST', `/agents/${known['agent']}/rollback`, {
      versionId: known['one'],
    })
    expect([status, body]).toEqual([201, { id: text, versionNumber: 3, commitMessage: 'Rollback to version 1' }])
    known['three'] = str(body['id'])
    expect((await client.call('GET', `/agents/${known['agent']}`)).body).toMatchObject({
      currentVersionId: known['three'],
      currentVersion: { config: { temperature: 0.3 } },
    })
  })

  test('tasks: created for a version', async () => {
    const sent = documented.task(known['agent'], known['one'])
    const { status, body } = await client.call('POST', '/tasks', sent, known['key'])
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
    const without = documented.task(known['agent'])
    expect((await client.call('POST', '/tasks', without)).body['versionId']).toBe(known['three'])
  })

  test('tasks: started, then listed as running', async () => {
    const sent = documented.progress
    expect(await client.call('PATCH', `/tasks/${known['task']}`, sent, known['key'])).toMatchObject({
      status: 200,
      body: { ...sent, startedAt: time },
    })
    const { status, body } = await client.call(
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
    const sent = documented.webhook
    const { status, body } = await client.call('POST', '/webhooks', sent)
    expect([status, body]).toEqual([201, { id: text, ...sent, secret: expect.stringMatching(/^whsec_/), active: true }])
    const { body: listed } = await client.call('GET', '/webhooks')
    expect(listed).toEqual({ data: [{ id: body['id'], ...sent, active: true, createdAt: time }] })
    expect(await client.call('DELETE', `/webhooks/${str(body['id'])}`)).toMatchObject({ status: 204, body: {} })
  })

  test('tasks: completed', async () => {
    const sent = { status: 'completed', output: documented.output }
    const ended = await client.call('PATCH', `/tasks/${known['task']}`, sent)
    expect(ended).toMatchObject({ status: 200, body: { ...sent, completedAt: time } })
  })

  test('tasks: in detail, ended', async () => {
    const { status, body } = await client.call('GET', `/tasks/${known['task']}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: known['task'],
      title: 'Review PR #42',
      status: 'completed',
      priority: 'high',
      input: { pr_number: 42, repository: 'myorg/myrepo' },
      output: documented.output,
      startedAt: time,
      completedAt: time,
    })
  })

  test('API keys: listed without the key, then revoked', async () => {
    await client.server.runtime.db.updateTable('api_key').set({ last_used_at: new Date() }).execute()
    const { status, body } = await client.call('GET', '/api-keys')
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
    expect(await client.call('DELETE', `/api-keys/${known['keyId']}`)).toMatchObject({ status: 204, body: {} })
    expect((await client.call('GET', '/agents', undefined, known['key'])).status).toBe(401)
    expect((await client.call('GET', '/api-keys')).body).toEqual({ data: [] })
  })
})
