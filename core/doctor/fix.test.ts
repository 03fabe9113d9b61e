import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { check } from './check.op.ts'
import { fix } from './fix.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200: of parallel callers one installs the default policies, and the server is well again', async () => {
  const ctx = await (await testOrg(server.runtime, { policies: 'none' })).as('admin')
  const told = await Promise.all(
    Array.from({ length: 5 }, () => invoke(fix, ctx, { action: 'install_default_policies' })),
  )
  expect(told.filter(({ changed }) => changed > 0)).toHaveLength(1)
  expect(told.every(({ recheck }) => recheck.status !== 'unhealthy')).toBe(true)
})

test("200 changes nothing where there are policies, also drafts: they are somebody's", async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(fix, ctx, { action: 'install_default_policies' })).toMatchObject({ changed: 0 })
})

test('a ledger that nobody signed any more is found, and signed', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  server.advance(120_000)
  const found = await invoke(check, ctx, { category: 'ledger' })
  expect(found.checks[0]).toMatchObject({ status: 'warn', fix: { action: 'sign_checkpoint' } })
  expect((await invoke(fix, ctx, { action: 'sign_checkpoint' })).changed).toBeGreaterThan(0)
  expect((await invoke(check, ctx, { category: 'ledger' })).status).toBe('healthy')
})

test('200: what is not overdue stays, so it may always run', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(fix, ctx, { action: 'expire_approvals' })).toMatchObject({ changed: 0 })
})

test('400 for another action, 403 for a member', async () => {
  const org = await testOrg(server.runtime)
  await expect(invoke(fix, await org.as('admin'), { action: 'reboot' })).rejects.toMatchObject({ status: 400 })
  await expect(invoke(fix, await org.as('member'), { action: 'expire_approvals' })).rejects.toMatchObject({
    status: 403,
  })
})
