import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { replay } from './replay.op.ts'
import { deliver, emit, hooked, logOf, outside, receiver } from './test-receiver.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('a delivery that arrived is sent again under its id; of ten who ask at once one has it sent', async () => {
  const ctx = await admin()
  const at = await receiver()
  const { webhook_id } = (await hooked(ctx, at.url)).webhook
  await emit(ctx, 2)
  await deliver(server.runtime)
  const [delivery] = await logOf(ctx, webhook_id)
  const sent = { webhook_id, delivery_ids: [delivery?.delivery_id ?? ''] }
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(replay, ctx, sent)))
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await deliver(server.runtime)
  const ids = at.received.map(({ headers }) => headers['webhook-id'])
  expect([ids.length, new Set(ids).size]).toEqual([3, 2])
  await at.close()
})

test('all that failed since a time go out again, with attempts of their own', async () => {
  const ctx = await admin()
  const at = await receiver((response) => response.writeHead(500).end())
  const { webhook_id } = (await hooked(ctx, at.url)).webhook
  const since = server.runtime.now().toISOString()
  await emit(ctx, 2)
  for (let n = 0; n < 10; n += 1) {
    await deliver(server.runtime)
    server.advance(11 * 3_600_000)
  }
  const sent = { webhook_id, failed_since: since }
  await expect(invoke(replay, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  at.answer = (response) => response.end()
  await invoke(update, ctx, { webhook_id, active: true })
  expect(await invoke(replay, ctx, sent)).toEqual({ replayed: 2, more: false })
  await deliver(server.runtime)
  expect(await logOf(ctx, webhook_id)).toMatchObject([
    { state: 'delivered', attempts: 1 },
    { state: 'delivered', attempts: 1 },
  ])
  expect(await invoke(replay, ctx, sent)).toEqual({ replayed: 0, more: false })
  await at.close()
})

test('400 without or with both ways to name them, 404 for a delivery of nobody and across orgs', async () => {
  const ctx = await admin()
  const { webhook_id } = (await hooked(ctx, 'https://example.com')).webhook
  const both = { webhook_id, delivery_ids: ['x'], failed_since: '2026-01-01' }
  for (const bad of [{ webhook_id }, both]) {
    await expect(invoke(replay, ctx, bad)).rejects.toMatchObject({ code: 'invalid_input' })
  }
  const one = { webhook_id, delivery_ids: ['msg_none'] }
  await expect(invoke(replay, ctx, one)).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(replay, await admin(), one)).rejects.toMatchObject({ code: 'not_found' })
})
