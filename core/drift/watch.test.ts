import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { get } from './get.op.ts'
import { pinBaseline } from './pin-baseline.op.ts'
import { did, slowed } from './test-agents.ts'
import { watchAgent, watchDrift } from './watch.ts'
import { dayOf, shifted } from './window.rules.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const told = async (ctx: Context) => {
  const rows = await ctx.db
    .selectFrom('event')
    .select(['name', 'payload'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('name', 'like', 'drift.%')
    .orderBy('seq')
    .execute()
  return rows.map(({ name, payload }) => [name, payload['dimension']])
}

test('one alert for a dimension however many look at once; it closes when the agent is back', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await slowed(ctx, 3)
  const agent = { orgId: org.orgId, agentId: 'a1' }
  await Promise.all(Array.from({ length: 8 }, () => watchAgent(server.runtime, agent)))
  expect(await told(ctx)).toEqual([['drift.detected', 'duration']])
  const open = (await invoke(get, ctx, { agent_id: 'a1' })).open_alerts
  expect(open).toMatchObject([{ dimension: 'duration', severity: 'critical' }])
  expect(open[0]?.explanation).toContain('ms')
  await did(ctx, { daysAgo: 0, tasks: 40, durationMs: 3000 })
  const day = shifted(dayOf(ctx.now()), -1)
  await invoke(pinBaseline, admin, { agent_id: 'a1', first_day: day, last_day: day })
  await Promise.all(Array.from({ length: 4 }, () => watchAgent(server.runtime, agent)))
  expect(await told(ctx)).toEqual([
    ['drift.detected', 'duration'],
    ['drift.resolved', 'duration'],
  ])
  expect((await invoke(get, ctx, { agent_id: 'a1' })).open_alerts).toEqual([])
})

test('the job goes round all agents, a few at a time, and looks again only when there is news', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  for (const agentId of ['b1', 'b2', 'b3']) {
    await did(ctx, { daysAgo: 20, tasks: 120, durationMs: 1000, agentId })
    await did(ctx, { daysAgo: 1, tasks: 60, durationMs: 4000, agentId })
  }
  const round = async () => {
    let looked = 0
    for (let turn = 0; turn < 10; turn += 1) looked += await watchDrift(server.runtime, 2)
    return looked
  }
  expect(await round()).toBeGreaterThanOrEqual(3)
  expect(await told(ctx)).toHaveLength(3)
  expect((await invoke(get, ctx, { agent_id: 'b1' })).baseline?.taken_at).not.toBeNull()
  server.advance(2 * 3_600_000)
  expect(await round()).toBe(0)
  await did(ctx, { daysAgo: 0, tasks: 1, durationMs: 4000, agentId: 'b2' })
  expect(await round()).toBe(1)
  expect(await told(ctx)).toHaveLength(3)
})

test('events that come late do not move a baseline that is fixed', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await slowed(ctx, 1)
  const agent = { orgId: org.orgId, agentId: 'a1' }
  await watchAgent(server.runtime, agent)
  const before = (await invoke(get, ctx, { agent_id: 'a1' })).baseline
  await did(ctx, { daysAgo: 60, tasks: 200, durationMs: 50 })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).baseline).toEqual(before)
})
