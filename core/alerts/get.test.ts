import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { mute } from './mute.op.ts'
import { alertsOf, fail } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 the alert, and until when its kind is muted', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await fail(ctx, 'a1')
  const [alert] = await alertsOf(ctx)
  const alert_id = alert?.alert_id ?? ''
  expect(await invoke(get, ctx, { alert_id })).toEqual({ alert, muted_until: null })
  const { muted_until } = await invoke(mute, admin, { agent_id: 'a1', kind: 'error', minutes: 5 })
  expect(await invoke(get, ctx, { alert_id })).toEqual({ alert, muted_until })
  server.advance(301_000)
  expect(await invoke(get, ctx, { alert_id })).toMatchObject({ muted_until: null })
})

test('404 for an unknown one, across orgs and for another agent', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await fail(ctx, 'a1')
  const alert_id = (await alertsOf(ctx))[0]?.alert_id ?? ''
  const stranger = await (await testOrg(server.runtime)).as('admin')
  for (const [who, id] of [
    [ctx, 'alert_none'],
    [stranger, alert_id],
    [await org.as('member', { agentId: 'a2' }), alert_id],
  ] as const) {
    await expect(invoke(get, who, { alert_id: id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
