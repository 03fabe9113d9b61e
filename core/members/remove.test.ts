import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { remove } from './remove.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 ends membership and sessions there, is on the ledger and in the activity list', async () => {
  const { orgId } = await testOrg(server.runtime)
  const admin = await testPerson(server.runtime, orgId, 'admin')
  const person = await testPerson(server.runtime, orgId, 'member')
  await testPerson(server.runtime, orgId, 'owner')
  await invoke(remove, await admin.context(), { account_id: person.accountId })
  await expect(person.context()).rejects.toMatchObject({ code: 'unauthenticated' })
  const row = await server.runtime.db
    .selectFrom('activity')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('event', '=', 'member.removed')
    .executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    ref: person.accountId,
    actor_id: admin.accountId,
    actor_name: admin.email,
    address: '127.0.0.1',
  })
  const entries = await server.runtime.db
    .selectFrom('ledger_entry')
    .select('ref')
    .where('org_id', '=', orgId)
    .where('ref', '=', person.accountId)
    .execute()
  expect(entries).toHaveLength(1)
})

test('409 for the last owner, who may leave once there is another; two who leave at once do not both', async () => {
  const { orgId } = await testOrg(server.runtime)
  const one = await testPerson(server.runtime, orgId, 'owner')
  await expect(invoke(remove, await one.context(), { account_id: one.accountId })).rejects.toMatchObject({
    code: 'conflict',
  })
  const two = await testPerson(server.runtime, orgId, 'owner')
  const leave = async (who: typeof one) => invoke(remove, await who.context(), { account_id: who.accountId })
  const left = await Promise.allSettled([leave(one), leave(two)])
  expect(left.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('403 for an admin who removes an owner; 404 across orgs', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const admin = await (await testPerson(server.runtime, orgId, 'admin')).context()
  await expect(invoke(remove, admin, { account_id: owner.accountId })).rejects.toMatchObject({ code: 'forbidden' })
  const other = await (await testPerson(server.runtime, (await testOrg(server.runtime)).orgId, 'owner')).context()
  await expect(invoke(remove, other, { account_id: owner.accountId })).rejects.toMatchObject({ code: 'not_found' })
})
