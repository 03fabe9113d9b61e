import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'

import { listOwn } from './list-own.op.ts'
import { testGrant } from './test-grants.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 what this person allowed, in whichever org, and nobody else', async () => {
  const { orgId } = await testOrg(server.runtime)
  const elsewhere = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  const other = await testPerson(server.runtime, orgId, 'owner')
  const here = await testGrant(server.runtime, orgId, person)
  const there = await testGrant(server.runtime, elsewhere.orgId, person)
  await testGrant(server.runtime, orgId, other)
  const ctx = await person.context()
  const { grants } = await invoke(listOwn, ctx, {})
  expect(grants.map(({ id, org_id }) => [id, org_id])).toEqual([
    [there.id, elsewhere.orgId],
    [here.id, orgId],
  ])
  const first = await invoke(listOwn, ctx, { limit: 1 })
  const second = await invoke(listOwn, ctx, { limit: 1, cursor: first.next_cursor ?? '' })
  expect([...first.grants, ...second.grants]).toEqual(grants)
})

test('403 for a key: it has no account', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(listOwn, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
})
