import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 people of the org with roles, page by page; never those of another', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const member = await testPerson(server.runtime, orgId, 'member')
  await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'owner')
  const ctx = await owner.context()
  const { members } = await invoke(list, ctx, {})
  expect(members.map(({ account_id, role }) => [account_id, role])).toEqual([
    [owner.accountId, 'owner'],
    [member.accountId, 'member'],
  ])
  const first = await invoke(list, ctx, { limit: 1 })
  const second = await invoke(list, ctx, { limit: 1, cursor: first.next_cursor ?? '' })
  expect([...first.members, ...second.members]).toEqual(members)
  expect(JSON.stringify(members)).not.toContain('hash')
})

test('403 for everybody but owners and admins', async () => {
  const { orgId } = await testOrg(server.runtime)
  for (const role of ['approver', 'member', 'readonly'] as const) {
    const ctx = await (await testPerson(server.runtime, orgId, role)).context()
    await expect(invoke(list, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
  }
})
