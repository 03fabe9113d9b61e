import { createHmac, timingSafeEqual } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { deliverWebhooks } from '#core/webhooks/index'
import { documented } from './test-bodies.ts'
import { str, testClient, time, type TestClient } from './test-client.ts'

/** As the document has it. */
function verifyWebhook(payload: string, signature: string, secret: string): boolean {
  const digest = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`
  return timingSafeEqual(Buffer.from(signature), Buffer.from(digest))
}

let hook: StubServer
let client: TestClient
let key: string
beforeAll(async () => {
  hook = await stubServer((_request, response) => response.end())
  client = await testClient([`127.0.0.1:${hook.port}`])
  key = await client.server.key({ prefix: 'fc_live_' })
})
afterAll(async () => {
  await client.close()
  await hook.close()
})

const call = (method: string, path: string, body?: unknown) => client.call(method, path, body, key)
const made = async (path: string, body: unknown): Promise<string> => str((await call('POST', path, body)).body['id'])

interface Payload {
  readonly event: string
  readonly timestamp: string
  readonly data: Record<string, unknown>
}

/** What was delivered, in the order in which it happened. */
async function delivered(count: number): Promise<{ payload: Payload; raw: string; signature: string }[]> {
  await deliverWebhooks(client.server.runtime)
  await expect.poll(() => hook.received.length).toBe(count)
  const bySequence = ({ headers }: (typeof hook.received)[number]) => Number(headers['x-writ-sequence'])
  return hook.received
    .splice(0)
    .toSorted((a, b) => bySequence(a) - bySequence(b))
    .map(({ body, headers }) => ({
      payload: JSON.parse(body) as Payload,
      raw: body,
      signature: str(headers['x-clawmit-signature']),
    }))
}

const EVENTS = [
  'agent.created',
  'agent.updated',
  'agent.forked',
  'version.created',
  'task.created',
  'task.started',
  'task.completed',
  'task.failed',
]

test('each event of the document comes in its shape, and its algorithm verifies each', async () => {
  const { body: webhook } = await call('POST', '/webhooks', { url: `${hook.url}/webhooks/Clawmit`, events: EVENTS })
  expect(webhook['events']).toEqual(EVENTS)
  const agent = await made('/agents', documented.agent)
  const fork = await made(`/agents/${agent}/fork`, documented.fork)
  const version = await made(`/agents/${agent}/versions`, documented.version)
  const [done, failed] = [await made('/tasks', documented.task(agent)), await made('/tasks', documented.task(agent))]
  await call('PATCH', `/tasks/${done}`, documented.progress)
  await call('PATCH', `/tasks/${done}`, { status: 'completed', output: documented.output })
  await call('PATCH', `/tasks/${failed}`, documented.progress)
  await call('PATCH', `/tasks/${failed}`, { status: 'failed', error: 'it broke' })
  const paused = await fetch(`${client.server.url}/api/agents/${agent}/pause`, {
    method: 'POST',
    headers: { 'x-api-key': key },
  })
  expect(paused.status).toBe(200)
  const told = await delivered(13)
  const secret = str(webhook['secret'])
  for (const { payload, raw, signature } of told) {
    expect(Object.keys(payload)).toEqual(['event', 'timestamp', 'data'])
    expect(payload.timestamp).toEqual(time)
    expect(verifyWebhook(raw, signature, secret)).toBe(true)
    expect(verifyWebhook(`${raw} `, signature, secret)).toBe(false)
  }
  expect(told.map(({ payload: { event, data } }) => [event, data['id']])).toEqual([
    ['agent.created', agent],
    ['version.created', expect.any(String)],
    ['agent.created', fork],
    ['agent.forked', fork],
    ['version.created', expect.any(String)],
    ['version.created', version],
    ['task.created', done],
    ['task.created', failed],
    ['task.started', done],
    ['task.completed', done],
    ['task.started', failed],
    ['task.failed', failed],
    ['agent.updated', agent],
  ])
})

test('a finished task is told with the fields of the document, to those alone who asked for it', async () => {
  await call('POST', '/webhooks', { url: `${hook.url}/other`, events: ['task.completed'] })
  const agent = await made('/agents', { ...documented.agent, name: 'Another' })
  const task = await made('/tasks', documented.task(agent))
  await call('PATCH', `/tasks/${task}`, { status: 'running' })
  await call('PATCH', `/tasks/${task}`, { status: 'completed', output: documented.output })
  await deliverWebhooks(client.server.runtime)
  await expect.poll(() => hook.received.some(({ path }) => path === '/other')).toBe(true)
  const own = hook.received.filter(({ path }) => path === '/other')
  expect(own.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      event: 'task.completed',
      timestamp: time,
      data: expect.objectContaining({ id: task, agentId: agent, status: 'completed', output: documented.output }),
    },
  ])
})
