import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { hashPassword } from './password.ts'
import { signIn } from './sign-in.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const from = { address: '192.0.2.1', userAgent: null }

test('200 changes the name', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'member')
  const { account } = await invoke(update, await person.context(), { name: '  Ada  ' })
  expect(account.name).toBe('Ada')
})

test('200 changes the password, which ends every other session and leaves this one', async () => {
  const { orgId } = await testOrg(server.runtime)
  const passwordHash = await hashPassword('the old password 1')
  const person = await testPerson(server.runtime, orgId, 'member', { passwordHash })
  const elsewhere = await signIn(server.runtime, { ...from, email: person.email, password: 'the old password 1' })
  const sent = { password: 'a wholly new password', current_password: 'the old password 1' }
  await invoke(update, await person.context(), sent)
  await expect(person.context()).resolves.toBeDefined()
  const row = await server.runtime.db
    .selectFrom('account_session')
    .select('revoked_at')
    .where('id', '=', elsewhere.row.id)
    .executeTakeFirstOrThrow()
  expect(row.revoked_at).not.toBeNull()
  const again = { ...from, email: person.email }
  await expect(signIn(server.runtime, { ...again, password: 'the old password 1' })).rejects.toMatchObject({
    code: 'sign_in_failed',
  })
  await expect(signIn(server.runtime, { ...again, password: 'a wholly new password' })).resolves.toBeDefined()
})

test.each([
  ['nothing', {}, '(body)'],
  ['a wrong current password', { password: 'a wholly new password', current_password: 'nope' }, 'current_password'],
  ['no current password', { password: 'a wholly new password' }, 'current_password'],
  ['a short password', { password: 'short', current_password: 'the old password 1' }, 'password'],
  ['one character over and over', { password: 'aaaaaaaaaaaaaaaa', current_password: 'the old password 1' }, 'password'],
])('400 for %s', async (_, sent, where) => {
  const { orgId } = await testOrg(server.runtime)
  const passwordHash = await hashPassword('the old password 1')
  const ctx = await (await testPerson(server.runtime, orgId, 'member', { passwordHash })).context()
  await expect(invoke(update, ctx, sent)).rejects.toMatchObject({
    code: 'invalid_input',
    details: [expect.stringContaining(where)],
  })
})
