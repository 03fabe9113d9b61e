import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstClient, modernClient, type TestClient } from './test-clients.ts'
import { testServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

describe.each([
  { sdk: 'first', connect: firstClient, over: 'http' },
  { sdk: 'first', connect: firstClient, over: 'stdio' },
  { sdk: 'modern', connect: modernClient, over: 'http' },
  { sdk: 'modern', connect: modernClient, over: 'stdio' },
] as const)('$sdk SDK over $over', ({ connect, over }) => {
  const endpoint = () => ({ url: server.url, key: server.agent })

  /** A wait that the server has begun. */
  async function waitOn(
    client: TestClient,
    action_id: string,
    signal?: AbortSignal,
  ): Promise<{ ended: Promise<unknown> }> {
    const told: unknown[] = []
    const ended = client.call(
      'writ_wait_for_approval',
      { action_id, timeout_seconds: 60 },
      { onProgress: (message) => told.push(message), ...(signal ? { signal } : {}) },
    )
    ended.catch(() => undefined)
    await expect.poll(() => told.length, { timeout: 25_000 }).toBeGreaterThan(0)
    return { ended }
  }

  /** The approval comes after the waiting client went away; somebody who waits now must get it. */
  async function releasedAfterwards(action_id: string): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 300))
    await server.rest('POST', `/api/approvals/${action_id}`, server.admin, { decision: 'allow' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { body } = await server.rest('GET', `/api/actions/${action_id}/wait?timeout_seconds=5`, server.agent)
    return body['released']
  }

  test('a wait that was cancelled does not take the approval with it', async () => {
    const client = await connect(endpoint(), over)
    const actionId = await pendingAct()
    const controller = new AbortController()
    const { ended } = await waitOn(client, actionId, controller.signal)
    controller.abort()
    await expect(ended).rejects.toThrow(/abort|cancel|closed/i)
    expect(await releasedAfterwards(actionId)).toBe(true)
    await client.close()
  })

  test('nor does one whose client has gone', async () => {
    const client = await connect(endpoint(), over)
    const actionId = await pendingAct()
    const { ended } = await waitOn(client, actionId)
    await client.close()
    await expect(ended).rejects.toThrow(/abort|cancel|closed/i)
    expect(await releasedAfterwards(actionId)).toBe(true)
  })
})

test('clients that share a key cannot cancel each other', async () => {
  const [one, other] = await Promise.all([0, 1].map(() => firstClient({ url: server.url, key: server.agent }, 'http')))
  if (!one || !other) throw new Error('two clients are needed')
  const actionId = await pendingAct()
  const controller = new AbortController()
  const given = { action_id: actionId, timeout_seconds: 20 }
  const cancelled = one.call('writ_wait_for_approval', given, { signal: controller.signal })
  const kept = other.call('writ_wait_for_approval', given)
  await new Promise((resolve) => setTimeout(resolve, 500))
  controller.abort()
  await expect(cancelled).rejects.toThrow(/abort|cancel|closed/i)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await server.rest('POST', `/api/approvals/${actionId}`, server.admin, { decision: 'allow' })
  expect((await kept).body).toMatchObject({ approved: true, released: true })
  await Promise.all([one.close(), other.close()])
})

async function pendingAct(): Promise<string> {
  const { body } = await server.rest('POST', '/api/actions', server.agent, {
    agent_id: 'builder',
    action_type: 'apply',
    declared_goal: 'Work',
    status: 'pending_approval',
    act: { kind: 'shell', command: `touch ${Math.random()}` },
  })
  return body['action_id'] as string
}
