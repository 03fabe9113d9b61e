import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { raiseAlerts } from './raise.ts'
import { loopDraft } from './kinds.rules.ts'
import { alertsOf, eventsOf, fail, send } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('more errors in a minute than allowed raise one alert, which counts up; as many as allowed raise none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await fail(ctx, 'a1', 3)
  expect(await alertsOf(ctx)).toEqual([])
  await fail(ctx, 'a1', 1)
  const [alert] = await alertsOf(ctx)
  expect(alert).toMatchObject({
    agent_id: 'a1',
    kind: 'error',
    severity: 'warning',
    state: 'open',
    count: 1,
    message: '4 errors within a minute: broken 0',
    data: { errors: 4, limit: 3 },
  })
  await fail(ctx, 'a1', 1)
  expect(await alertsOf(ctx)).toMatchObject([{ alert_id: alert?.alert_id, count: 2, data: { errors: 5 } }])
  expect(await eventsOf(ctx)).toEqual(['alert.raised'])
})

test('errors beyond a hundred are not counted to their end, unless the limit is higher', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await fail(ctx, 'a1', 150)
  expect(await alertsOf(ctx)).toMatchObject([
    { message: expect.stringContaining('at least 100 errors within a minute'), data: { errors: 100, limit: 3 } },
  ])
  await invoke(updateSettings, admin, { settings: { alert_errors_per_minute: 120 } })
  await fail(ctx, 'a2', 121)
  expect(await alertsOf(ctx, 'a2')).toMatchObject([{ data: { errors: 121, limit: 120 } }])
})

test('errors spread over time raise nothing, and neither does history that is sent later', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await fail(ctx, 'a1', 3)
  server.advance(61_000)
  await fail(ctx, 'a1', 3)
  const timestamp = new Date(server.runtime.now().getTime() - 3_600_000).toISOString()
  await send(ctx, ...[1, 2, 3, 4].map(() => ({ type: 'error', agent_id: 'a1', error: 'then', timestamp })))
  expect(await alertsOf(ctx)).toEqual([])
})

test('an agent that reports the status error raises one at once, unless it recovered in the same batch', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const said = (agent_id: string, status: string) => ({ type: 'status_change', agent_id, status, message: 'no disk' })
  await send(ctx, said('a1', 'running'), said('a1', 'error'), said('a2', 'error'), said('a2', 'running'))
  expect(await alertsOf(ctx)).toMatchObject([
    { agent_id: 'a1', kind: 'error', severity: 'critical', message: 'Agent reports the status error: no disk' },
  ])
})

test('the same call with the same input is a loop, other inputs are not; the org sets how many', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  const call = (agent_id: string, input: unknown) => ({ type: 'tool_call', agent_id, tool_name: 'exec', input })
  for (let n = 0; n < 5; n += 1) await send(ctx, call('a1', 'ls'), call('a2', n))
  expect(await alertsOf(ctx)).toMatchObject([
    { agent_id: 'a1', kind: 'loop_detected', data: { tool: 'exec', calls: 5, minutes: 2 } },
  ])
  await invoke(updateSettings, admin, { settings: { alert_loop_calls: 3 } })
  await send(ctx, ...[1, 2, 3].map(() => call('a3', 'pwd')))
  expect(await alertsOf(ctx, 'a3')).toHaveLength(1)
})

test('costs of a day over the limit of an agent and of the org; none without a limit', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  const cost = (agent_id: string, cost_usd: number) => send(ctx, { type: 'cost', agent_id, cost_usd })
  await cost('a1', 50)
  expect(await alertsOf(ctx)).toEqual([])
  await invoke(updateSettings, admin, { settings: { alert_agent_cost_usd: 60, alert_org_cost_usd: 70 } })
  await cost('a1', 10)
  expect(await alertsOf(ctx)).toEqual([])
  await cost('a2', 20)
  await cost('a1', 1)
  expect((await alertsOf(ctx)).map(({ agent_id, kind, count, data }) => ({ agent_id, kind, count, data }))).toEqual([
    { agent_id: 'a1', kind: 'cost_spike', count: 1, data: { cost_usd: 61, limit_usd: 60 } },
    { agent_id: null, kind: 'cost_spike', count: 2, data: { cost_usd: 81, limit_usd: 70 } },
  ])
})

test('of forty callers who raise the same at once one opens it, and one event tells of it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { orgId } = ctx.actor
  const at = server.runtime.now()
  const draft = loopDraft({ agentId: 'a1', tool: 'exec', calls: 5, isAll: true, minutes: 2 }, at)
  await Promise.all(
    Array.from({ length: 40 }, () => ctx.db.transaction().execute((trx) => raiseAlerts(trx, orgId, at, [draft]))),
  )
  expect(await alertsOf(ctx)).toMatchObject([{ count: 40 }])
  expect(await eventsOf(ctx)).toEqual(['alert.raised'])
})

test('many agents that fail at once have an alert each', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await Promise.all(Array.from({ length: 30 }, (_, n) => fail(ctx, `a${n}`)))
  expect((await alertsOf(ctx)).map(({ count }) => count)).toEqual(Array.from({ length: 30 }, () => 1))
})
