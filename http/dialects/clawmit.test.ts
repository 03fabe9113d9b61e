import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clawmit } from './clawmit.ts'
import { documented } from './clawmit/test-bodies.ts'
import { str, testClient, text, time, type TestClient } from './clawmit/test-client.ts'
import { clawmitDocument } from './clawmit/test-document.ts'
import { walkThrough } from './test-walk.ts'

let client: TestClient
let bearer = ''
beforeAll(async () => {
  client = await testClient()
})
afterAll(() => client.close())

const { step, left } = walkThrough(clawmitDocument, (method, path, body) => client.call(method, path, body, bearer))
const known: Record<string, string> = {}

/** What the document's examples take as given: an agent that is at its fifth version. */
async function supportAssistant(): Promise<void> {
  const { body } = await client.call('POST', '/agents', documented.supportAgent, bearer)
  known['agent'] = str(body['id'])
  for (const message of ['Second', 'Third', 'Fourth', 'Improved response quality']) {
    const sent = { prompt: `${message}.`, commitMessage: message }
    const made = await client.call('POST', `/agents/${known['agent']}/versions`, sent, bearer)
    expect(made.status).toBe(201)
    known['five'] = str(made.body['id'])
  }
}

/** The agent that does the tasks: it knows Writ's own operations and not this dialect. */
async function worker(path: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(`${client.server.url}/api/tasks/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': known['worker'] ?? '', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, string>
}

describe('the document, in its order', () => {
  test('quick start: an account, a token, the first agent', async () => {
    const { person } = documented
    expect(await step('POST /auth/register', [], person)).toEqual({
      user: { id: text, email: person.email, createdAt: time },
    })
    bearer = str((await step('POST /auth/login', [], person))['token'])
    known['first'] = str((await step('POST /agents', [], documented.firstAgent))['id'])
  })

  test('authentication: a token, and a key that is shown once', async () => {
    bearer = str((await step('POST /auth/login', [], documented.person))['token'])
    known['token'] = bearer
    const made = await step('POST /api-keys', [], documented.key)
    expect(made).toMatchObject(documented.key)
    expect(str(made['key']).startsWith(str(made['keyPrefix']))).toBe(true)
    Object.assign(known, { key: made['key'], keyId: made['id'] })
    expect((await client.call('GET', '/agents', undefined, known['token'])).status).toBe(200)
    bearer = known['key'] ?? ''
    const { data } = await step('GET /agents')
    expect(data).toMatchObject([{ id: known['first'], name: 'My First Agent' }])
  })

  test('agents: listed with pages, created with their first version, shown in detail', async () => {
    await supportAssistant()
    const listed = await step('GET /agents?page=1&limit=10')
    expect(listed).toMatchObject({ pagination: { page: 1, limit: 10, total: 2, totalPages: 1 } })
    const { name: _, description: __, ...content } = documented.agent
    const made = await step('POST /agents', [], documented.agent)
    expect(made).toMatchObject({ name: 'Code Review Agent', currentVersion: { versionNumber: 1, ...content } })
    expect(await step('GET /agents/:id', [known['agent']])).toMatchObject({
      id: known['agent'],
      name: 'Support Assistant',
      currentVersionId: known['five'],
      currentVersion: { id: known['five'], versionNumber: 5, config: { temperature: 0.7, maxTokens: 2000 } },
    })
  })

  test('agents: forked, and the tree of forks is the same from every member', async () => {
    const fork = await step('POST /agents/:id/fork', [known['agent']], documented.fork)
    expect(fork).toMatchObject({
      name: 'Support Assistant (Spanish)',
      parentAgent: { id: known['agent'], name: 'Support Assistant' },
      currentVersion: { versionNumber: 1, parentVersionId: known['five'], forkType: 'prompt_mutation' },
    })
    const tree = await step('GET /agents/:id/lineage', [known['agent']])
    expect(tree).toMatchObject({ root: { id: known['agent'], versionNumber: 5, children: [{ id: fork['id'] }] } })
    expect((await client.call('GET', `/agents/${str(fork['id'])}/lineage`, undefined, bearer)).body).toEqual(tree)
    expect((await client.call('GET', `/agents/${known['agent']}`, undefined, bearer)).body['forkCount']).toBe(1)
  })

  test('versions: listed, made from the one before, compared, rolled back to', async () => {
    const { agent, five } = known
    const listed = await step('GET /agents/:id/versions?page=1&limit=20', [agent])
    expect(listed['data']).toHaveLength(5)
    expect(listed['data']).toMatchObject([
      { id: five, versionNumber: 5, commitMessage: 'Improved response quality' },
      {},
      {},
      {},
      {},
    ])
    const changed = { temperature: { from: 0.7, to: 0.5 }, maxTokens: { from: 2000, to: 3000 } }
    const made = await step('POST /agents/:id/versions', [agent], documented.version)
    expect(made).toMatchObject({ versionNumber: 6, parentVersionId: five, diffFromParent: { config: { changed } } })
    const compared = await step('GET /agents/:id/versions/compare?from={from}&to={to}', [agent, five, str(made['id'])])
    expect(compared).toEqual({
      from: { id: five, versionNumber: 5 },
      to: { id: made['id'], versionNumber: 6 },
      diff: { prompt: { added: 1, removed: 1, unified: text }, config: { changed } },
    })
    const back = await step('POST /agents/:id/rollback', [agent], { versionId: five })
    expect(back).toMatchObject({ versionNumber: 7, commitMessage: 'Rollback to version 5' })
    known['seven'] = str(back['id'])
    expect((await client.call('GET', `/agents/${agent}`, undefined, bearer)).body).toMatchObject({
      currentVersionId: known['seven'],
      currentVersion: { prompt: 'Improved response quality.', config: { temperature: 0.7, maxTokens: 2000 } },
    })
  })

  test('tasks: created for a version, listed while they run, shown when they ended', async () => {
    const { agent, five } = known
    known['worker'] = str(
      (await client.call('POST', '/api-keys', { ...documented.key, name: 'w' }, known['token'])).body['key'],
    )
    const task = str((await step('POST /tasks', [], documented.task(agent, five)))['id'])
    const { lease_token: lease } = await worker('claim', { agent_id: agent })
    const running = await step('GET /tasks?status=running&agentId={agent}', [agent])
    expect(running['data']).toMatchObject([{ id: task, agent: { id: agent, name: 'Support Assistant' } }])
    await worker(`${task}/complete`, { lease_token: lease, output: documented.output })
    expect(await step('GET /tasks/:id', [task])).toMatchObject({ id: task, output: documented.output })
  })

  test('tasks: without a version the current one is used; updated to running with an output so far', async () => {
    const { body } = await client.call('POST', '/tasks', documented.task(known['agent']), bearer)
    expect(body['versionId']).toBe(known['seven'])
    const updated = await step('PATCH /tasks/:id', [str(body['id'])], documented.progress)
    expect(updated).toMatchObject({ id: body['id'], ...documented.progress, startedAt: time })
    const sent = { status: 'completed', output: documented.output }
    const ended = await client.call('PATCH', `/tasks/${str(body['id'])}`, sent, bearer)
    expect(ended).toMatchObject({ status: 200, body: { ...sent, completedAt: time } })
  })

  test('webhooks: created with a secret that is shown once', async () => {
    bearer = known['token'] ?? ''
    const made = await step('POST /webhooks', [], documented.webhook)
    expect(made).toMatchObject(documented.webhook)
    const { body: listed } = await client.call('GET', '/webhooks', undefined, bearer)
    expect(listed).toEqual({ data: [{ id: made['id'], ...documented.webhook, active: true, createdAt: time }] })
    const removed = await client.call('DELETE', `/webhooks/${str(made['id'])}`, undefined, bearer)
    expect([removed.status, removed.body]).toEqual([204, {}])
  })

  test('API keys: listed without the key, then revoked', async () => {
    await client.server.runtime.db.updateTable('api_key').set({ last_used_at: new Date() }).execute()
    const { data } = await step('GET /api-keys')
    expect(data).toContainEqual({
      ...documented.key,
      id: known['keyId'],
      keyPrefix: text,
      lastUsedAt: time,
      createdAt: time,
    })
    await step('DELETE /api-keys/:id', [known['keyId']])
    expect((await client.call('GET', '/agents', undefined, known['key'])).status).toBe(401)
    const { body } = await client.call('GET', '/api-keys', undefined, bearer)
    expect((body['data'] as { id: string }[]).map(({ id }) => id)).not.toContain(known['keyId'])
  })

  test('nothing of the document was left out, and nothing is served beyond it but the upkeep of webhooks', () => {
    expect(left()).toEqual([])
    const named = new Set(clawmitDocument.map(({ endpoint }) => endpoint.replace(/\?.*/, '')))
    const served = clawmit.routes.map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    expect(served.filter((one) => !named.has(one))).toEqual(['GET /webhooks', 'DELETE /webhooks/:id'])
    expect([...named].filter((one) => !served.includes(one))).toEqual([])
  })
})
