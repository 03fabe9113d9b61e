import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 with the defaults filled in, those of the instance among them', async () => {
  const ctx = await (await testOrg(server.runtime)).as('readonly')
  expect((await invoke(get, ctx, {})).settings).toMatchObject({
    guard_fallback: 'require_approval',
    guard_deadline_ms: server.runtime.settings.guard_deadline_ms,
    separation_of_duties: 'auto',
    outcome_timeout_minutes: 15,
    approval_default_hours: 24,
    approval_grace_minutes: 15,
  })
})

test('a stored value that no longer fits is ignored, not served', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('readonly')
  const row = { org_id: org.orgId, key: 'guard_fallback', value: '"allow"', updated_at: new Date(), updated_by: 'x' }
  await ctx.db.insertInto('org_setting').values(row).execute()
  expect((await invoke(get, ctx, {})).settings.guard_fallback).toBe('require_approval')
})
