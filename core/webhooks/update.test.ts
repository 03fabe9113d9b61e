import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { deliver, emit, hooked, outside, receiver } from './test-receiver.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('another URL and other events from then on; paused it keeps what happens meanwhile', async () => {
  const ctx = await admin()
  const [one, two] = [await receiver(), await receiver()]
  const { webhook } = await hooked(ctx, one.url)
  const set = (more: object) => invoke(update, ctx, { webhook_id: webhook.webhook_id, ...more })
  const changed = (await set({ url: two.url, events: ['agent.*'], description: 'new' })).webhook
  expect(changed).toMatchObject({ url: `${two.url}/`, events: ['agent.*'], description: 'new' })
  expect((await set({ active: false })).webhook).toMatchObject({ state: 'paused', active: false })
  await emit(ctx, 2, 'agent.paused')
  await deliver(server.runtime)
  expect(two.received).toHaveLength(0)
  await set({ active: true })
  await deliver(server.runtime)
  expect([one.received.length, two.received.length]).toEqual([0, 2])
  await one.close()
  await two.close()
})

test('400 for nothing or for a bad URL, which changes nothing; 404 across orgs', async () => {
  const ctx = await admin()
  const { webhook_id } = (await hooked(ctx, 'https://example.com')).webhook
  await expect(invoke(update, ctx, { webhook_id })).rejects.toMatchObject({ code: 'invalid_input' })
  const bad = { webhook_id, url: 'http://example.com', active: false }
  await expect(invoke(update, ctx, bad)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(update, await admin(), { webhook_id, active: false })).rejects.toMatchObject({
    code: 'not_found',
  })
})
