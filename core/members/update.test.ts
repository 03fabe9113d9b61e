import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 changes what a person may do at once, in what they had begun too', async () => {
  const { orgId } = await testOrg(server.runtime)
  const admin = await (await testPerson(server.runtime, orgId, 'admin')).context()
  const person = await testPerson(server.runtime, orgId, 'approver')
  const begun = await person.context()
  const { member } = await invoke(update, admin, { account_id: person.accountId, role: 'readonly' })
  expect(member.role).toBe('readonly')
  expect(await begun.actor.stillValid?.(begun.db, begun.now())).toBe(false)
  expect((await person.context()).actor.scopes.has('approvals:decide')).toBe(false)
})

test('403 for an admin who makes or unmakes an owner, also of themselves', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const admin = await testPerson(server.runtime, orgId, 'admin')
  const ctx = await admin.context()
  for (const sent of [
    { account_id: admin.accountId, role: 'owner' },
    { account_id: owner.accountId, role: 'member' },
  ]) {
    await expect(invoke(update, ctx, sent)).rejects.toMatchObject({ code: 'forbidden' })
  }
})

test('of two owners who demote each other at once, one stays', async () => {
  const { orgId } = await testOrg(server.runtime)
  const one = await testPerson(server.runtime, orgId, 'owner')
  const two = await testPerson(server.runtime, orgId, 'owner')
  const demote = async (by: typeof one, whom: typeof one) =>
    invoke(update, await by.context(), { account_id: whom.accountId, role: 'member' })
  await Promise.allSettled([demote(one, two), demote(two, one)])
  const owners = await server.runtime.db
    .selectFrom('membership')
    .select('account_id')
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .execute()
  expect(owners).toHaveLength(1)
})

test('404 across orgs', async () => {
  const person = await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'member')
  const other = await (await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'owner')).context()
  await expect(invoke(update, other, { account_id: person.accountId, role: 'admin' })).rejects.toMatchObject({
    code: 'not_found',
  })
})
