import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { get } from './get.op.ts'
import { did, slowed } from './test-agents.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 healthy for an agent that goes on as it was; the windows share no day', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await slowed(ctx, 1)
  const told = await invoke(get, ctx, { agent_id: 'a1' })
  expect(told).toMatchObject({ status: 'healthy', drift_score: 0, top_changes: [], open_alerts: [] })
  expect(told.baseline).toMatchObject({ pinned: false, version_id: null, taken_at: null })
  expect((told.baseline?.last_day ?? '') < (told.current?.first_day ?? '')).toBe(true)
  const known = told.dimensions.filter(({ status }) => status === 'healthy').map(({ dimension }) => dimension)
  expect(known).toEqual(['task_scope', 'cost', 'duration', 'success', 'error_rate'])
})

test('200 drifting with what changed, from what to what', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await slowed(ctx, 3)
  const told = await invoke(get, ctx, { agent_id: 'a1' })
  expect(told.status).toBe('drifting')
  expect(told.drift_score).toBeGreaterThan(0.5)
  expect(told.top_changes).toHaveLength(1)
  expect(told.top_changes[0]).toMatchObject({ dimension: 'duration', unit: 'ms', n_baseline: 150, n_current: 100 })
  const [change] = told.top_changes
  expect([change?.from, change?.to].map((ms) => Math.round((ms ?? 0) / 100))).toEqual([10, 30])
  expect(change?.explanation).toMatch(/^Duration of a task: 99\d ms → 29\d0 ms \(150 and 100 samples\)$/)
})

/** 120 acts of a day whose risks lie 5 to either side of this one. */
const riskDay = (ctx: Context, agent_id: string, daysAgo: number, risk: number) => ({
  org_id: ctx.actor.orgId,
  agent_id,
  day: new Date(ctx.now().getTime() - daysAgo * 86_400_000),
  total: 120,
  completed: 120,
  failed: 0,
  high_risk: 0,
  risk_sum: 120 * risk,
  risk_squares: 120 * (risk * risk + 25),
  cost_micros: 0,
  tokens_in: 0,
  tokens_out: 0,
})

test('200 a small shift of risk is found, none is not', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const agents = ['same', 'shifted'].map((agent_id) => ({ type: 'heartbeat', agent_id }))
  await invoke(collect, ctx, { events: agents })
  const days = [riskDay(ctx, 'same', 20, 30), riskDay(ctx, 'same', 2, 30)]
  const shifted = [riskDay(ctx, 'shifted', 20, 30), riskDay(ctx, 'shifted', 2, 36)]
  await ctx.db
    .insertInto('action_rollup_day')
    .values([...days, ...shifted])
    .execute()
  const risk = async (agent_id: string) =>
    (await invoke(get, ctx, { agent_id })).top_changes.map(({ dimension, from, to }) => [
      dimension,
      Math.round(from * 100),
      Math.round(to * 100),
    ])
  expect([await risk('same'), await risk('shifted')]).toEqual([[], [['risk', 30, 36]]])
})

test('200 the risk of recorded acts counts, also of an agent that sends no events', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await invoke(collect, ctx, { events: [{ type: 'heartbeat', agent_id: 'a1' }] })
  await ctx.db
    .insertInto('action_rollup_day')
    .values([riskDay(ctx, 'a1', 20, 15), riskDay(ctx, 'a1', 2, 75)])
    .execute()
  const told = await invoke(get, ctx, { agent_id: 'a1' })
  expect(told).toMatchObject({ status: 'drifting', top_changes: [{ dimension: 'risk', from: 0.15, to: 0.75 }] })
  expect(told.top_changes[0]?.explanation).toBe('Risk of acts: 15.0 % → 75.0 % (120 and 120 samples)')
})

test('200 insufficient_data on the first days, and of an agent that only was seen', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await did(ctx, { daysAgo: 0, tasks: 200, durationMs: 10 })
  expect(await invoke(get, ctx, { agent_id: 'a1' })).toMatchObject({
    status: 'insufficient_data',
    drift_score: 0,
    current: null,
    top_changes: [],
  })
})

test('404 for an unknown agent, across orgs and past a binding', async () => {
  const org = await testOrg(server.runtime)
  await did(await org.as('member'), { daysAgo: 0, tasks: 1, durationMs: 10 })
  const others = [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]
  for (const who of others) {
    await expect(invoke(get, who, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
  }
})
