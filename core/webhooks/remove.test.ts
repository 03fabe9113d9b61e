import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { list } from './list.op.ts'
import { remove } from './remove.op.ts'
import { deliver, emit, hooked, outside, receiver } from './test-receiver.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime(outside())
})
afterAll(() => server.close())

const admin = async () => (await testOrg(server.runtime)).as('admin')

test('it is gone with what waited for it; again or across orgs it is a 404', async () => {
  const ctx = await admin()
  const at = await receiver((response) => response.writeHead(500).end())
  const { webhook_id } = (await hooked(ctx, at.url)).webhook
  await emit(ctx, 1)
  await deliver(server.runtime)
  await expect(invoke(remove, await admin(), { webhook_id })).rejects.toMatchObject({ code: 'not_found' })
  expect(await invoke(remove, ctx, { webhook_id })).toEqual({ removed: true, webhook_id })
  expect((await invoke(list, ctx, {})).webhooks).toEqual([])
  server.advance(60_000)
  await deliver(server.runtime)
  expect(at.received).toHaveLength(1)
  await expect(invoke(remove, ctx, { webhook_id })).rejects.toMatchObject({ code: 'not_found' })
  await at.close()
})
