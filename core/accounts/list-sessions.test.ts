import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { listSessions } from './list-sessions.op.ts'
import { IDLE_DAYS, openSession } from './sessions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 lists live sessions newest first, page by page, marks the one that asks, and shows no secret', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  const draft = { accountId: person.accountId, orgId, secondFactorAt: null, address: '192.0.2.7', userAgent: 'Phone' }
  const phone = await openSession(server.runtime.db, server.runtime.now(), draft)
  const ctx = await person.context()
  const { sessions } = await invoke(listSessions, ctx, {})
  expect(sessions.map(({ current, user_agent }) => [current, user_agent])).toEqual([
    [false, 'Phone'],
    [true, 'test'],
  ])
  expect(JSON.stringify(sessions)).not.toContain(phone.secret)
  const first = await invoke(listSessions, ctx, { limit: 1 })
  const second = await invoke(listSessions, ctx, { limit: 1, cursor: first.next_cursor ?? '' })
  expect([...first.sessions, ...second.sessions]).toEqual(sessions)
})

test('a session nobody used for a week is gone, from the list and as a way in', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  await person.context()
  server.advance((IDLE_DAYS * 86_400 + 5) * 1000)
  await expect(person.context()).rejects.toMatchObject({ code: 'unauthenticated' })
})
