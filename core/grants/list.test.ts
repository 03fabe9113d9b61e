import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'

import { list } from './list.op.ts'
import { testGrant } from './test-grants.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 grants of the org newest first with whose they are, page by page; never those of another', async () => {
  const { orgId } = await testOrg(server.runtime)
  const elsewhere = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const member = await testPerson(server.runtime, orgId, 'member')
  const old = await testGrant(server.runtime, orgId, member, { name: 'Old' })
  const fresh = await testGrant(server.runtime, orgId, owner, { name: 'Fresh' })
  await testGrant(server.runtime, elsewhere.orgId, owner, { name: 'Abroad' })
  const ctx = await owner.context()
  const { grants } = await invoke(list, ctx, {})
  expect(grants.map(({ id, email, client_name }) => [id, email, client_name])).toEqual([
    [fresh.id, owner.email, 'Fresh'],
    [old.id, member.email, 'Old'],
  ])
  expect(grants[0]).toMatchObject({ agent_id: 'test-client', last_used_at: null, revoked_at: null })
  const first = await invoke(list, ctx, { limit: 1 })
  const second = await invoke(list, ctx, { limit: 1, cursor: first.next_cursor ?? '' })
  expect([...first.grants, ...second.grants]).toEqual(grants)
  expect(second.next_cursor).toBeNull()
})

test('403 for everybody but owners and admins', async () => {
  const { orgId } = await testOrg(server.runtime)
  for (const role of ['approver', 'member', 'readonly'] as const) {
    const ctx = await (await testPerson(server.runtime, orgId, role)).context()
    await expect(invoke(list, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
  }
})
