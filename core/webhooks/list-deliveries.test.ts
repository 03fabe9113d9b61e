import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { listDeliveries } from './list-deliveries.op.ts'
import { deliver, emit, hooked, outside, receiver } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('newest first in pages and by state, with every attempt; 404 across orgs', async () => {
  const ctx = await admin()
  const at = await receiver((response, { body }) => response.writeHead(body.includes('task_1') ? 500 : 204).end())
  const { webhook_id } = (await hooked(ctx, at.url)).webhook
  await emit(ctx, 3)
  await deliver(server.runtime)
  const read = (more: object) => invoke(listDeliveries, ctx, { webhook_id, ...more })
  const { deliveries } = await read({})
  expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'pending', 'delivered'])
  expect(deliveries[1]).toMatchObject({ attempts: 1, event: 'task.completed', tries: [{ status: 500 }] })
  expect(deliveries[0]).toMatchObject({ tries: [{ status: 204, error: null }], next_at: null })
  const first = await read({ limit: 2 })
  expect((await read({ limit: 2, cursor: first.next_cursor })).deliveries).toEqual([deliveries[2]])
  expect((await read({ state: 'pending' })).deliveries).toEqual([deliveries[1]])
  await expect(invoke(listDeliveries, await admin(), { webhook_id })).rejects.toMatchObject({ code: 'not_found' })
  await at.close()
})
