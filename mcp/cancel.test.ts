import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstClient, modernClient } from './testing/clients.ts'
import { testServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

test.each([
  { sdk: 'first', connect: firstClient, over: 'http' },
  { sdk: 'first', connect: firstClient, over: 'stdio' },
  { sdk: 'modern', connect: modernClient, over: 'http' },
  { sdk: 'modern', connect: modernClient, over: 'stdio' },
] as const)(
  'a wait that was cancelled does not take the approval with it ($sdk SDK over $over)',
  async ({ connect, over }) => {
    const client = await connect({ url: server.url, key: server.agent }, over)
    const recorded = await client.call('writ_record', {
      agent_id: 'builder',
      action_type: 'apply',
      declared_goal: 'Work',
      status: 'pending_approval',
      act: { kind: 'shell', command: `touch ${Math.random()}` },
    })
    const { action_id } = recorded.body
    const controller = new AbortController()
    const told: unknown[] = []
    const waiting = client.call(
      'writ_wait_for_approval',
      { action_id, timeout_seconds: 60 },
      { signal: controller.signal, onProgress: (message) => told.push(message) },
    )
    await expect.poll(() => told.length, { timeout: 5000 }).toBeGreaterThan(0)
    controller.abort()
    await expect(waiting).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await server.rest('POST', `/api/approvals/${String(action_id)}`, server.admin, { decision: 'allow' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const again = await client.call('writ_wait_for_approval', { action_id, timeout_seconds: 5 })
    await client.close()
    expect(again.body).toMatchObject({ approved: true, released: true })
  },
)
