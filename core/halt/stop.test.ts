import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { start } from './start.op.ts'
import { stop } from './stop.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 lets guard decide by the policies again; repeating it changes nothing', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await invoke(start, admin, { reason: 'stop' })
  const running = { halted: false, reason: null, halted_by: null, halted_at: null }
  expect(await invoke(stop, admin, {})).toEqual(running)
  expect(await invoke(stop, admin, {})).toEqual(running)
  expect(await invoke(evaluate, await org.as('member'), harmless)).toMatchObject({ decision: 'allow' })
  const events = await admin.db
    .selectFrom('event')
    .select('name')
    .where('org_id', '=', org.orgId)
    .orderBy('seq')
    .execute()
  expect(events.map(({ name }) => name).filter((name) => name.startsWith('org.'))).toEqual([
    'org.halted',
    'org.resumed',
  ])
})

test('403 for a member', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(stop, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
})
