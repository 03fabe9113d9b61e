import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'

import { grantCache } from './cache.ts'
import { findRecord, putRecord } from './records.ts'
import { revoke } from './revoke.op.ts'
import { actsOn, testGrant } from './test-grants.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 ends the grant, its tokens and codes, once, and it is on the record', async () => {
  const { orgId } = await testOrg(server.runtime)
  const owner = await testPerson(server.runtime, orgId, 'owner')
  const member = await testPerson(server.runtime, orgId, 'member')
  const { id } = await testGrant(server.runtime, orgId, member)
  const draft = { payload: {}, grantId: id, userCode: null, expiresAt: new Date(Date.now() + 60_000) }
  await putRecord(server.runtime.db, 'RefreshToken', 'secret', draft)
  await server.runtime.use(grantCache).actorOf(id, 'guard:evaluate')
  const ctx = await owner.context()
  const answers = await Promise.all(Array.from({ length: 4 }, () => invoke(revoke, ctx, { id })))
  expect(new Set(answers.map(({ grant }) => grant.revoked_at)).size).toBe(1)
  expect(answers[0]?.grant).toMatchObject({ id, email: member.email })
  expect(await findRecord(server.runtime.db, 'RefreshToken', 'secret')).toBeUndefined()
  await expect(server.runtime.use(grantCache).actorOf(id, 'guard:evaluate')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
  expect(await actsOn(ctx, id)).toEqual(['grant.created', 'grant.revoked'])
})

test('404 for a grant of another org; 403 for a member', async () => {
  const { orgId } = await testOrg(server.runtime)
  const abroad = await testOrg(server.runtime)
  const { id } = await testGrant(server.runtime, abroad.orgId, await testPerson(server.runtime, abroad.orgId, 'owner'))
  const owner = await (await testPerson(server.runtime, orgId, 'owner')).context()
  await expect(invoke(revoke, owner, { id })).rejects.toMatchObject({ code: 'not_found' })
  const member = await (await testPerson(server.runtime, orgId, 'member')).context()
  await expect(invoke(revoke, member, { id })).rejects.toMatchObject({ code: 'forbidden' })
  expect(await actsOn(owner, id)).toEqual(['grant.created'])
})
