import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { getDelivery } from './get-delivery.op.ts'
import { deliver, emit, hooked, logOf, outside, receiver } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('200 the body is what the receiver got; 404 under another webhook and across orgs', async () => {
  const ctx = await admin()
  const bodies: string[] = []
  const at = await receiver((response, { body }) => {
    bodies.push(body)
    response.end()
  })
  const [one, other] = [await hooked(ctx, at.url), await hooked(ctx, at.url, { events: ['agent.*'] })]
  await emit(ctx, 1)
  await deliver(server.runtime)
  const { webhook_id } = one.webhook
  const [sent] = await logOf(ctx, webhook_id)
  const about = { webhook_id, delivery_id: sent?.delivery_id ?? '' }
  const read = await invoke(getDelivery, ctx, about)
  expect([read.delivery, [read.body]]).toEqual([sent, bodies])
  expect(JSON.parse(read.body)).toMatchObject({ event: 'task.completed', data: { task_id: 'task_0' } })
  for (const [who, asked] of [
    [ctx, { ...about, webhook_id: other.webhook.webhook_id }],
    [ctx, { ...about, delivery_id: 'none' }],
    [await admin(), about],
  ] as const) {
    await expect(invoke(getDelivery, who, asked)).rejects.toMatchObject({ code: 'not_found' })
  }
  await at.close()
})
