import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { listLinks } from './list-links.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 who presses as whom, page by page, of this org only', async () => {
  const org = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, org.orgId, 'approver')
  const linked_at = new Date('2026-03-09T14:00:00Z')
  const users = [7, 5_000_000_000, 42]
  await server.runtime.db
    .insertInto('telegram_link')
    .values(users.map((id) => ({ org_id: org.orgId, telegram_user_id: id, account_id: person.accountId, linked_at })))
    .execute()
  const ctx = await org.as('admin')
  const first = await invoke(listLinks, ctx, { limit: 2 })
  const { accountId: account_id, email } = person
  expect(first.links[0]).toEqual({ telegram_user_id: 7, account_id, email, linked_at: linked_at.toISOString() })
  const second = await invoke(listLinks, ctx, { limit: 2, cursor: first.next_cursor ?? '' })
  const ids = [...first.links, ...second.links].map(({ telegram_user_id: id }) => id)
  expect([ids, second.next_cursor]).toEqual([[7, 42, 5_000_000_000], null])
  expect((await invoke(listLinks, await (await testOrg(server.runtime)).as('admin'), {})).links).toEqual([])
  await expect(invoke(listLinks, ctx, { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
})
