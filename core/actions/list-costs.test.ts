import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listCosts } from './list-costs.op.ts'
import { recorded } from './test-actions.ts'

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

test('200 with zeros for an org without actions', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(listCosts, ctx, {})).toEqual({
    total_cost_usd: 0,
    total_tokens_in: 0,
    total_tokens_out: 0,
    period: '30d',
    by_agent: [],
    by_day: [],
  })
})

test.each(['0d', '30', '1y', '-1d', '1000d'])('400 for the period %s', async (period) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(listCosts, ctx, { period })).rejects.toMatchObject({ code: 'invalid_input' })
})
