import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { confirmTotp } from './confirm-totp.op.ts'
import { get } from './get.op.ts'
import { startTotp } from './start-totp.op.ts'
import { codeAt, withTotp } from './test-totp.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 turns it on, shows ten recovery codes once, and marks this session', async () => {
  const { orgId } = await testOrg(server.runtime)
  const person = await testPerson(server.runtime, orgId, 'approver')
  const { recoveryCodes } = await withTotp(await person.context())
  expect(new Set(recoveryCodes)).toHaveLength(10)
  const ctx = await person.context()
  expect(ctx.actor.secondFactorAt).toBeInstanceOf(Date)
  const { account } = await invoke(get, ctx, {})
  expect(account.second_factor).toEqual({ enabled: true, recovery_codes_left: 10 })
})

test('400 for a code that is not the one shown, 409 when nothing waits', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'approver')).context()
  await expect(invoke(confirmTotp, ctx, { code: '000000' })).rejects.toMatchObject({ code: 'conflict' })
  const { secret } = await invoke(startTotp, ctx, {})
  const stale = codeAt(secret, new Date(ctx.now().getTime() - 3_600_000))
  await expect(invoke(confirmTotp, ctx, { code: stale })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('of eight that confirm at once, one gets the recovery codes', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'approver')).context()
  const { secret } = await invoke(startTotp, ctx, {})
  const code = codeAt(secret, ctx.now())
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => invoke(confirmTotp, ctx, { code })))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
