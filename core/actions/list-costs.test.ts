import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listCosts } from './list-costs.op.ts'
import { remove } from './remove.op.ts'
import { recorded } from './test-actions.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 sums cost and tokens by agent and by day, within the period', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await recorded(ctx, { cost_estimate: 9, tokens_in: 9 })
  server.advance(10 * 86_400_000)
  await recorded(ctx, { cost_estimate: 0.1, tokens_in: 10 })
  await recorded(ctx, { cost_estimate: 0.2, tokens_out: 20, agent_id: 'a2' })
  await recorded(ctx)
  const week = await invoke(listCosts, ctx, { period: '7d' })
  expect(week).toMatchObject({
    // Micro-dollars add up exactly; 0.1 + 0.2 as floats would not.
    total_cost_usd: 0.3,
    total_tokens_in: 10,
    total_tokens_out: 20,
    period: '7d',
    by_agent: [
      { agent_id: 'a2', cost_usd: 0.2, action_count: 1 },
      { agent_id: 'a1', cost_usd: 0.1, action_count: 2 },
    ],
    by_day: [{ cost_usd: 0.3, action_count: 3, date: server.runtime.now().toISOString().slice(0, 10) }],
  })
  const month = await invoke(listCosts, ctx, {})
  expect(month).toMatchObject({ total_cost_usd: 9.3, period: '30d' })
  expect(month.by_day).toHaveLength(2)
  expect(await invoke(listCosts, ctx, { agent_id: 'a2' })).toMatchObject({ total_cost_usd: 0.2 })
  const bound = await org.as('member', { agentId: 'a2' })
  expect(await invoke(listCosts, bound, { agent_id: 'a1' })).toMatchObject({ total_cost_usd: 0.2 })
})

test('200 by model, version and task, however the cost came: with the act, later, corrected, under another model', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  const of = { agent_version: 'v1', task_id: 't1' }
  const first = await recorded(ctx, { cost_estimate: 1, model: 'm1', ...of })
  const second = await recorded(ctx, { ...of, agent_id: 'a2', task_id: 't2' })
  await recorded(ctx, { agent_version: 'v1' })
  const tell = (action_id: string, more: object) => invoke(update, ctx, { action_id, ...more })
  await tell(second.action_id, { status: 'completed', cost_estimate: 2, tokens_in: 5, model: 'm1' })
  const cost = (cost_usd: number, tokens = 0) => ({ cost_usd, tokens, action_count: 1 })
  const versions = [
    { agent_id: 'a2', agent_version: 'v1', ...cost(2, 5) },
    { agent_id: 'a1', agent_version: 'v1', ...cost(1) },
  ]
  const both = await invoke(listCosts, ctx, {})
  expect(both).toMatchObject({
    by_model: [{ model: 'm1', cost_usd: 3, tokens: 5, action_count: 2 }],
    by_version: versions,
    by_task: [
      { task_id: 't2', ...cost(2, 5) },
      { task_id: 't1', ...cost(1) },
    ],
    others: { models_usd: 0, versions_usd: 0, tasks_usd: 0 },
  })
  await Promise.all([
    ...Array.from({ length: 10 }, (_, n) => tell(first.action_id, { cost_estimate: n, model: `m${n % 3}` })),
    tell(second.action_id, { cost_estimate: 4, model: 'm2' }),
  ])
  await tell(first.action_id, { cost_estimate: 5, model: 'm3' })
  expect((await invoke(listCosts, ctx, {})).by_model).toEqual([
    { model: 'm3', ...cost(5) },
    { model: 'm2', ...cost(4, 5) },
  ])
  await invoke(remove, ctx, { action_ids: [second.action_id] })
  const left = await invoke(listCosts, ctx, {})
  expect([left.by_model, left.by_task]).toEqual([[{ model: 'm3', ...cost(5) }], [{ task_id: 't1', ...cost(5) }]])
  const bound = await org.as('member', { agentId: 'a2' })
  expect((await invoke(listCosts, bound, { agent_id: 'a1' })).by_model).toEqual([])
})

test('what is not among the hundred dearest is told as one sum', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const one = (n: number) => recorded(ctx, { declared_goal: `g${n}`, cost_estimate: 1, task_id: `t${n}`, model: 'm' })
  await Promise.all(Array.from({ length: 103 }, (_, n) => one(n)))
  const told = await invoke(listCosts, ctx, {})
  expect([told.by_task.length, told.others]).toEqual([100, { models_usd: 0, versions_usd: 0, tasks_usd: 3 }])
})

test('200 with zeros for an org without actions', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(listCosts, ctx, {})).toEqual({
    total_cost_usd: 0,
    total_tokens_in: 0,
    total_tokens_out: 0,
    period: '30d',
    by_agent: [],
    by_day: [],
    by_model: [],
    by_version: [],
    by_task: [],
    others: { models_usd: 0, versions_usd: 0, tasks_usd: 0 },
  })
})

test.each(['0d', '30', '1y', '-1d', '1000d'])('400 for the period %s', async (period) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(listCosts, ctx, { period })).rejects.toMatchObject({ code: 'invalid_input' })
})
