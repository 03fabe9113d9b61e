import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 pages through all orgs for the operator, 403 for the admin of one', async () => {
  const made = await Promise.all([testOrg(server.runtime), testOrg(server.runtime), testOrg(server.runtime)])
  const operator = await made[0].as('admin', { scopes: ['orgs:read'] })
  const first = await invoke(list, operator, { limit: 2 })
  const second = await invoke(list, operator, { limit: 2, cursor: first.next_cursor })
  const ids = [...first.orgs, ...second.orgs].map((org) => org.org_id)
  expect(ids.toSorted()).toEqual(made.map((org) => org.orgId).toSorted())
  expect(second.next_cursor).toBeNull()
  await expect(invoke(list, await made[0].as('admin'), {})).rejects.toMatchObject({ code: 'forbidden' })
})
