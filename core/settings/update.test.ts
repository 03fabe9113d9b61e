import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 changes what is named, keeps the rest, and is on the ledger', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const { settings } = await invoke(update, admin, { settings: { guard_fallback: 'block', approval_default_hours: 2 } })
  expect(settings).toMatchObject({ guard_fallback: 'block', approval_default_hours: 2, separation_of_duties: 'auto' })
  expect(await invoke(get, admin, {})).toEqual({ settings })
  const entries = admin.db
    .selectFrom('ledger_entry')
    .select('body')
    .where('org_id', '=', org.orgId)
    .where('kind', '=', 'admin')
  expect((await entries.execute()).filter(({ body }) => body.includes('settings.updated'))).toHaveLength(1)
  const other = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(get, other, {})).settings.guard_fallback).toBe('require_approval')
})

test('parallel changes of different settings lose nothing', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const changes = {
    secret_block: true,
    injection_block: false,
    outcome_timeout_minutes: 3,
    approval_grace_minutes: 7,
    guard_deadline_ms: 500,
  }
  await Promise.all(
    Object.entries(changes).map(([key, value]) => invoke(update, admin, { settings: { [key]: value } })),
  )
  expect((await invoke(get, admin, {})).settings).toMatchObject(changes)
})

test.each([
  ['an unknown setting', { colour: 'red' }],
  ['a fallback that lets acts through', { guard_fallback: 'allow' }],
  ['a deadline of no time', { guard_deadline_ms: 0 }],
  ['nothing at all', {}],
])('400 for %s', async (_, settings) => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(update, admin, { settings })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('403 for an approver and a member', async () => {
  const org = await testOrg(server.runtime)
  for (const role of ['approver', 'member'] as const) {
    await expect(invoke(update, await org.as(role), { settings: { secret_block: true } })).rejects.toMatchObject({
      code: 'forbidden',
    })
  }
})
