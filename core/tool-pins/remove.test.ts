import { afterAll, beforeAll, expect, test } from 'vitest'
import { list as listActivity } from '#core/activity/list.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { remove } from './remove.op.ts'
import { checked, readFile } from './test-tools.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 forgotten, recorded, and judged anew: a twin may then be the first', async () => {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  const { pin_id: id } = await checked(ctx, 'files', readFile)
  await invoke(remove, admin, { id: String(id) })
  expect(await checked(ctx, 'other', readFile)).toMatchObject({ status: 'new' })
  expect(await checked(ctx, 'files', readFile)).toMatchObject({ status: 'quarantined', reasons: [{ kind: 'twin' }] })
  const { activity } = await invoke(listActivity, admin, { event: 'tool_pin.removed' })
  expect(activity).toMatchObject([{ ref: id, data: { server: 'files', tool: 'read_file', state: 'pinned' } }])
})

test('parallel removals: one of them did it', async () => {
  const org = await testOrg(server.runtime)
  const { pin_id: id } = await checked(await org.as('member'), 'files', readFile)
  const admin = await org.as('admin')
  const done = await Promise.allSettled(Array.from({ length: 5 }, () => invoke(remove, admin, { id: String(id) })))
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('403 for a member, 404 across orgs', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { pin_id: id } = await checked(ctx, 'files', readFile)
  await expect(invoke(remove, ctx, { id: String(id) })).rejects.toMatchObject({ code: 'forbidden' })
  const other = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(remove, other, { id: String(id) })).rejects.toMatchObject({ code: 'not_found' })
  expect((await invoke(list, ctx, {})).pins).toHaveLength(1)
})
