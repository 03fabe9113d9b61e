import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { acknowledge } from './acknowledge.op.ts'
import { get } from './get.op.ts'
import { alertsOf, eventsOf, fail } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('of ten people at once one is named, and one event tells of it; all get the same answer', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await fail(ctx, 'a1')
  const alert_id = (await alertsOf(ctx))[0]?.alert_id ?? ''
  const people = await Promise.all(Array.from({ length: 10 }, (_, n) => org.as('approver', { name: `person ${n}` })))
  const told = await Promise.all(people.map((who) => invoke(acknowledge, who, { alert_id })))
  const { alert } = await invoke(get, ctx, { alert_id })
  expect(alert).toMatchObject({ state: 'acknowledged', acknowledged_by: expect.stringMatching(/^person \d$/) })
  expect(told.map((one) => one.alert)).toEqual(told.map(() => alert))
  expect(await eventsOf(ctx)).toEqual(['alert.raised', 'alert.acknowledged'])
})

test('403 for who may only read; 404 across orgs and for another agent', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await fail(ctx, 'a1')
  const alert_id = (await alertsOf(ctx))[0]?.alert_id ?? ''
  await expect(invoke(acknowledge, ctx, { alert_id })).rejects.toMatchObject({ code: 'forbidden' })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('admin', { agentId: 'a2' })]) {
    await expect(invoke(acknowledge, who, { alert_id })).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(await alertsOf(ctx)).toMatchObject([{ state: 'open' }])
})
