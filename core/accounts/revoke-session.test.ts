import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { revokeSession } from './revoke-session.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 ends a session at once; what it had begun is not committed', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  const ctx = await person.context()
  const id = ctx.actor.sessionId ?? ''
  expect(await ctx.actor.stillValid?.(ctx.db, ctx.now())).toBe(true)
  await invoke(revokeSession, ctx, { id })
  expect(await ctx.actor.stillValid?.(ctx.db, ctx.now())).toBe(false)
  await expect(person.context()).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('404 for the session of somebody else, and for one that has ended', async () => {
  const { orgId } = await testOrg(server.runtime)
  const one = await testPerson(server.runtime, orgId, 'member')
  const other = await testPerson(server.runtime, orgId, 'owner')
  const theirs = { id: (await one.context()).actor.sessionId ?? '' }
  await expect(invoke(revokeSession, await other.context(), theirs)).rejects.toMatchObject({ code: 'not_found' })
  await expect(one.context()).resolves.toBeDefined()
})

test('of eight that end one session at once, one is told it did', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'member')).context()
  const input = { id: ctx.actor.sessionId ?? '' }
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => invoke(revokeSession, ctx, input)))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
