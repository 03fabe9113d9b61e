import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { mute } from './mute.op.ts'
import { sweepAlerts } from './sweep.ts'
import { alertsOf, eventsOf, fail, send } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const beat = (agent_id: string, status = 'running') => ({ type: 'heartbeat', agent_id, status })
const states = async (ctx: Parameters<typeof alertsOf>[0]) =>
  (await alertsOf(ctx)).map(({ agent_id, kind, state }) => `${agent_id} ${kind} ${state}`)
/** Time passes as on a running server: the sweep comes by every so often. */
async function pass(seconds: number): Promise<void> {
  server.advance(seconds * 1000)
  await sweepAlerts(server.runtime)
}

test('silence raises stuck when the threshold is over, once, and a heartbeat resolves it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await send(ctx, beat('a1'), beat('done', 'stopped'))
  for (let minute = 0; minute < 4; minute += 1) await pass(60)
  await pass(20)
  expect(await alertsOf(ctx)).toEqual([])
  await pass(41)
  await Promise.all([pass(2), pass(2), pass(2)])
  expect(await alertsOf(ctx)).toMatchObject([
    { agent_id: 'a1', kind: 'stuck', severity: 'critical', count: 1, message: expect.stringContaining('5 minutes') },
  ])
  await send(ctx, beat('a1'))
  await pass(2)
  expect(await states(ctx)).toEqual(['a1 stuck resolved'])
  expect(await eventsOf(ctx)).toEqual(['alert.raised', 'alert.resolved'])
  for (let minute = 0; minute < 6; minute += 1) await pass(60)
  expect(await states(ctx)).toEqual(['a1 stuck open', 'a1 stuck resolved'])
})

test('a paused agent is not missed; its pause ends the alert, and after it the agent is watched again', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await invoke(updateSettings, admin, { settings: { alert_stuck_minutes: 1 } })
  await send(ctx, beat('a1'))
  await pass(1)
  await pass(61)
  expect(await states(ctx)).toEqual(['a1 stuck open'])
  await invoke(pause, admin, { agent_id: 'a1' })
  await pass(2)
  expect(await states(ctx)).toEqual(['a1 stuck resolved'])
  await pass(300)
  expect(await states(ctx)).toEqual(['a1 stuck resolved'])
  await invoke(resume, admin, { agent_id: 'a1' })
  await pass(61)
  expect(await states(ctx)).toEqual(['a1 stuck open', 'a1 stuck resolved'])
})

test('a threshold that is lowered counts within a minute', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await invoke(updateSettings, admin, { settings: { alert_stuck_minutes: 60 } })
  await send(ctx, beat('a1'))
  for (let minute = 0; minute < 3; minute += 1) await pass(60)
  await invoke(updateSettings, admin, { settings: { alert_stuck_minutes: 2 } })
  await pass(61)
  expect(await states(ctx)).toEqual(['a1 stuck open'])
})

test('errors, loops and costs end with their time; the status error with another status', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await invoke(updateSettings, admin, { settings: { alert_agent_cost_usd: 1, alert_stuck_minutes: 10_000 } })
  const calls = Array.from({ length: 5 }, () => ({ type: 'tool_call', agent_id: 'a1', tool_name: 't', input: 1 }))
  await send(ctx, ...calls, { type: 'cost', agent_id: 'a1', cost_usd: 2 }, { ...beat('a2'), status: 'error' })
  await fail(ctx, 'a1')
  expect((await states(ctx)).toSorted()).toEqual([
    'a1 cost_spike open',
    'a1 error open',
    'a1 loop_detected open',
    'a2 error open',
  ])
  await pass(61)
  const open = async () => (await states(ctx)).filter((one) => one.endsWith('open')).toSorted()
  expect(await open()).toEqual(['a1 cost_spike open', 'a1 loop_detected open', 'a2 error open'])
  await pass(60)
  expect(await open()).toEqual(['a1 cost_spike open', 'a2 error open'])
  await send(ctx, beat('a2'))
  await pass(2)
  expect(await open()).toEqual(['a1 cost_spike open'])
  await pass(86_400)
  expect(await open()).toEqual([])
})

test('a limit that is raised above what the day cost, or taken away, ends the alert; one that is still too low does not', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  const limits = (agent: number | null, all: number | null) =>
    invoke(updateSettings, admin, { settings: { alert_agent_cost_usd: agent, alert_org_cost_usd: all } })
  await limits(1, 2)
  await send(ctx, { type: 'cost', agent_id: 'a1', cost_usd: 3 }, { type: 'cost', agent_id: 'a2', cost_usd: 5 })
  const open = async () => {
    await Promise.all([pass(2), pass(2)])
    const alerts = (await alertsOf(admin)).filter(({ state }) => state === 'open')
    return alerts.map(({ agent_id: id }) => id ?? 'all').toSorted()
  }
  expect(await open()).toEqual(['a1', 'a2', 'all'])
  await limits(2, 7.99)
  expect(await open()).toEqual(['a1', 'a2', 'all'])
  await limits(3, 7.99)
  expect(await open()).toEqual(['a2', 'all'])
  await limits(3, 8)
  expect(await open()).toEqual(['a2'])
  await limits(null, null)
  expect(await open()).toEqual([])
  expect((await eventsOf(ctx)).filter((name) => name === 'alert.resolved')).toHaveLength(3)
})

test('what a server that died did not get to is found: an agent whose status is error', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await send(ctx, { ...beat('a1'), status: 'error' })
  await ctx.db.deleteFrom('agent_alert').where('org_id', '=', ctx.actor.orgId).execute()
  await Promise.all([pass(2), pass(2)])
  await pass(2)
  expect(await alertsOf(ctx)).toMatchObject([{ agent_id: 'a1', kind: 'error', severity: 'critical' }])
})

test('muted silence is raised when the mute is over', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await send(ctx, beat('a1'))
  await invoke(mute, admin, { agent_id: 'a1', kind: 'stuck', minutes: 8 })
  for (let minute = 0; minute < 7; minute += 1) await pass(61)
  expect(await alertsOf(ctx)).toEqual([])
  for (let minute = 0; minute < 3; minute += 1) await pass(61)
  expect(await states(ctx)).toEqual(['a1 stuck open'])
})

test('ten thousand agents that fall silent together have their alerts in one run', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { orgId } = ctx.actor
  for (let from = 0; from < 10_000; from += 1000) {
    await send(ctx, ...Array.from({ length: 1000 }, (_, n) => beat(`a${from + n}`)))
  }
  await pass(301)
  const open = ctx.db.selectFrom('agent_alert').select('alert_id').where('org_id', '=', orgId)
  expect(await open.where('resolved_at', 'is', null).execute()).toHaveLength(10_000)
})
