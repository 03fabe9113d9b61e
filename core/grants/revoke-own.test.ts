import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'

import { revokeOwn } from './revoke-own.op.ts'
import { actsOn, testGrant } from './test-grants.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 in whichever org it is, on the record of that org, once by parallel calls', async () => {
  const { orgId } = await testOrg(server.runtime)
  const elsewhere = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'readonly')
  const { id } = await testGrant(server.runtime, elsewhere.orgId, person)
  const ctx = await person.context()
  const answers = await Promise.all(Array.from({ length: 4 }, () => invoke(revokeOwn, ctx, { id })))
  expect(answers.every(({ grant }) => grant.org_id === elsewhere.orgId && grant.revoked_at !== null)).toBe(true)
  expect(await actsOn(ctx, id)).toEqual(['grant.created', 'grant.revoked'])
  const act = await ctx.db.selectFrom('activity').selectAll().where('event', '=', 'grant.revoked').executeTakeFirst()
  expect(act).toMatchObject({ org_id: elsewhere.orgId, actor_id: person.accountId, address: '127.0.0.1' })
})

test("404 for somebody else's grant, also for an owner of the org", async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const { id } = await testGrant(server.runtime, orgId, await testPerson(server.runtime, orgId, 'member'))
  await expect(invoke(revokeOwn, await owner.context(), { id })).rejects.toMatchObject({ code: 'not_found' })
})
