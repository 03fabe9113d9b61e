import { createHmac, timingSafeEqual } from 'node:crypto'
import { expect, test } from 'vitest'
import { stubServer } from '#core/testing/stub-server'
import { deliverWebhooks } from '#core/webhooks/index'
import { documented } from './test-bodies.ts'
import { str, testClient, time } from './test-client.ts'

/** As the document has it. */
function verifyWebhook(payload: string, signature: string, secret: string): boolean {
  const digest = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`
  return timingSafeEqual(Buffer.from(signature), Buffer.from(digest))
}

test('the payload has the shape of the document, and its algorithm verifies it', async () => {
  const hook = await stubServer((_request, response) => response.end())
  const client = await testClient([`127.0.0.1:${hook.port}`])
  const key = await client.server.key({ prefix: 'fc_live_' })
  const call = (method: string, path: string, body: unknown) => client.call(method, path, body, key)
  const made = await call('POST', '/webhooks', {
    url: `${hook.url}/webhooks/Clawmit`,
    events: ['agent.created', 'task.completed'],
  })
  const agent = str((await call('POST', '/agents', documented.agent)).body['id'])
  const task = str((await call('POST', '/tasks', documented.task(agent))).body['id'])
  await call('PATCH', `/tasks/${task}`, documented.progress)
  await call('PATCH', `/tasks/${task}`, { status: 'completed', output: documented.output })
  await deliverWebhooks(client.server.runtime)
  await expect.poll(() => hook.received.length).toBe(2)
  const bySequence = ({ headers }: (typeof hook.received)[number]) => Number(headers['x-writ-sequence'])
  const [first, second] = hook.received.toSorted((a, b) => bySequence(a) - bySequence(b))
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    event: 'agent.created',
    data: { id: agent, name: 'Code Review Agent' },
  })
  expect(JSON.parse(second?.body ?? '')).toEqual({
    event: 'task.completed',
    timestamp: time,
    data: expect.objectContaining({ id: task, agentId: agent, status: 'completed', output: documented.output }),
  })
  const secret = str(made.body['secret'])
  const signature = str(second?.headers['x-clawmit-signature'])
  expect(verifyWebhook(second?.body ?? '', signature, secret)).toBe(true)
  expect(verifyWebhook(`${second?.body} `, signature, secret)).toBe(false)
  await client.close()
  await hook.close()
})
