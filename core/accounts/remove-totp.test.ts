import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { testPerson } from '#core/testing/people'
import { removeTotp } from './remove-totp.op.ts'
import { codeAt, withTotp } from './test-totp.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 by one more code; the code that turned it on does not count again', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'approver')).context()
  const { secret } = await withTotp(ctx)
  await expect(invoke(removeTotp, ctx, { code: codeAt(secret, ctx.now()) })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  server.advance(60_000)
  await expect(invoke(removeTotp, ctx, { code: codeAt(secret, ctx.now()) })).resolves.toEqual({ success: true })
  await expect(invoke(removeTotp, ctx, { code: '123456' })).rejects.toMatchObject({ code: 'not_found' })
})

test('200 by a recovery code, which works once also for parallel uses', async () => {
  const { orgId } = await testOrg(server.runtime)
  const ctx = await (await testPerson(server.runtime, orgId, 'approver')).context()
  const { recoveryCodes } = await withTotp(ctx)
  const code = recoveryCodes[3]?.toUpperCase().replace('-', ' ') ?? ''
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => invoke(removeTotp, ctx, { code })))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
