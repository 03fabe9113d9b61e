import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { startTotp } from './start-totp.op.ts'
import { withTotp } from './test-totp.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 gives a secret that does not count yet, and is encrypted where it lies', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'approver')
  const made = await invoke(startTotp, await person.context(), {})
  expect(made.otpauth_url).toMatch(/^otpauth:\/\/totp\/Writ:.*secret=/)
  const row = await server.runtime.db
    .selectFrom('account')
    .selectAll()
    .where('id', '=', person.accountId)
    .executeTakeFirstOrThrow()
  expect(row.totp_confirmed_at).toBeNull()
  expect(row.totp_secret).not.toBeNull()
  expect(made.secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(row.totp_secret?.toString('latin1')).not.toContain(made.secret)
})

test('409 when there is one already', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'approver')).context()
  await withTotp(ctx)
  await expect(invoke(startTotp, ctx, {})).rejects.toMatchObject({ code: 'conflict' })
})
