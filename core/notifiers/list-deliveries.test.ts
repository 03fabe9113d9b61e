import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail } from '#core/alerts/test-alerts'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { stubServer } from '#core/testing/stub-server'
import { create } from './create.op.ts'
import { deliverDue } from './deliver.ts'
import { listDeliveries } from './list-deliveries.op.ts'
import { sweepNotifications } from './retention.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

test('200 each thing told with its status, attempts and error, newest first, page by page; kept for 35 days', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  const statuses = [200, 503]
  const stub = await stubServer((_, response) => response.writeHead(statuses.shift() ?? 400).end())
  const { notifier } = await invoke(create, ctx, { name: 'w', webhook: { url: stub.url } })
  const { notifier_id } = notifier
  for (const agent of ['a1', 'a2', 'a3']) {
    await fail(ctx, agent)
    await deliverDue(server.runtime)
    server.advance(1000)
  }
  const first = await invoke(listDeliveries, ctx, { notifier_id, limit: 2 })
  const second = await invoke(listDeliveries, ctx, { notifier_id, limit: 2, cursor: first.next_cursor ?? '' })
  expect([...first.deliveries, ...second.deliveries]).toMatchObject([
    { subject: 'alert', status: 'failed', attempts: 1, error: 'it answered with status 400', due_at: null },
    { status: 'pending', attempts: 1, error: 'it answered with status 503', settled_at: null },
    { status: 'sent', attempts: 1, error: null },
  ])
  expect(second.next_cursor).toBeNull()
  const failed = await invoke(listDeliveries, ctx, { notifier_id, status: 'failed' })
  expect(failed.deliveries).toEqual([first.deliveries[0]])
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(listDeliveries, stranger, { notifier_id })).rejects.toMatchObject({ code: 'not_found' })
  server.advance(35 * 86_400_000)
  await Promise.all([sweepNotifications(server.runtime), sweepNotifications(server.runtime)])
  const left = (await invoke(listDeliveries, ctx, { notifier_id })).deliveries
  expect(left.map(({ status }) => status)).toEqual(['pending'])
  await stub.close()
})
