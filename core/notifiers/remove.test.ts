import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { fail } from '#core/alerts/test-alerts'
import { create } from './create.op.ts'
import { deliverDue } from './deliver.ts'
import { list } from './list.op.ts'
import { remove } from './remove.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime({ settings: { egress_allow: '127.0.0.1' }, ports: { fetch: globalThis.fetch } })
})
afterAll(() => server.close())

test('200 it is gone with what it had to tell; of ten at once one removes it; 404 across orgs', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  const { notifier } = await invoke(create, ctx, { name: 'a', webhook: { url: 'https://example.com/' } })
  const { notifier_id } = notifier
  await fail(ctx, 'a1')
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(remove, stranger, { notifier_id })).rejects.toMatchObject({ code: 'not_found' })
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(remove, ctx, { notifier_id })))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await invoke(list, ctx, {})).notifiers).toEqual([])
  await deliverDue(server.runtime)
  const left = ctx.db.selectFrom('notification').select('ref').where('org_id', '=', org.orgId)
  expect(await left.execute()).toEqual([])
})
