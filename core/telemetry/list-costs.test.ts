import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { collect } from './collect.op.ts'
import { listCosts } from './list-costs.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const DAY_MS = 86_400_000
const at = (daysAgo: number): string => new Date(server.runtime.now().getTime() - daysAgo * DAY_MS).toISOString()
const cost = (agent_id: string, cost_usd: number, daysAgo = 0, more: object = {}) => ({
  type: 'cost',
  agent_id,
  cost_usd,
  timestamp: at(daysAgo),
  ...more,
})
const send = (ctx: Context, ...events: readonly object[]) => invoke(collect, ctx, { events })

test('200 sums by agent, model, day and version, dearest first; of all time, of a range, of an agent', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await send(
    ctx,
    cost('a1', 1, 0, { model: 'm1', tokens: 10, version_id: 'v1', agent_name: 'Ann' }),
    cost('a1', 2, 1, { model: 'm2', tokens: 20, version_id: 'v2' }),
    cost('a2', 5, 1, { model: 'm1', tokens: 50 }),
    { type: 'cost', agent_id: 'a2', model: 'nobody-knows', tokens_in: 7 },
    { type: 'heartbeat', agent_id: 'a3' },
  )
  const sum = (cost_usd: number, tokens: number, unpriced_count = 0) => ({ cost_usd, tokens, unpriced_count })
  const all = await invoke(listCosts, ctx, {})
  expect(all).toEqual({
    total_usd: 8,
    total_tokens: 87,
    unpriced_count: 1,
    by_agent: [
      { agent_id: 'a2', agent_name: null, ...sum(5, 57, 1), anomaly: null },
      { agent_id: 'a1', agent_name: 'Ann', ...sum(3, 30), anomaly: null },
    ],
    by_agent_at: expect.any(String),
    by_model: [
      { model: 'm1', ...sum(6, 60) },
      { model: 'm2', ...sum(2, 20) },
      { model: 'nobody-knows', ...sum(0, 7, 1) },
    ],
    by_day: [
      { day: at(1).slice(0, 10), ...sum(7, 70) },
      { day: at(0).slice(0, 10), ...sum(1, 17, 1) },
    ],
    by_version: [],
    other_versions_usd: 0,
    by_task: [],
    other_tasks_usd: 0,
    anomaly: null,
  })
  const yesterday = await invoke(listCosts, ctx, { from: at(1), to: at(1) })
  expect(yesterday).toMatchObject({ total_usd: 7, by_agent: [{ agent_id: 'a2' }, { agent_id: 'a1', cost_usd: 2 }] })
  expect(await invoke(listCosts, ctx, { agent_id: 'a1' })).toMatchObject({
    total_usd: 3,
    by_agent: [{ agent_id: 'a1', cost_usd: 3 }],
    by_model: [{ model: 'm2' }, { model: 'm1' }],
    by_version: [
      { version_id: 'v2', ...sum(2, 20) },
      { version_id: 'v1', ...sum(1, 10) },
    ],
  })
  const grouped = await invoke(listCosts, ctx, { group: 'day' })
  expect([grouped.by_day.length, grouped.by_agent, grouped.by_model]).toEqual([2, [], []])
})

test('200 by task: of an agent, or of all of them in a short range; the rest is told as one sum', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const ended = (task: string, cost_usd: number, daysAgo = 0, more: object = {}) =>
    cost('a1', cost_usd, daysAgo, { type: 'task', task, outcome: 'success', ...more })
  await send(ctx, ended('mail', 1), ended('mail', 2, 1), ended('post', 5), ended('mail', 7, 0, { agent_id: 'a2' }))
  const own = await invoke(listCosts, ctx, { agent_id: 'a1' })
  expect(own.by_task).toEqual([
    { task: 'post', cost_usd: 5, count: 1 },
    { task: 'mail', cost_usd: 3, count: 2 },
  ])
  expect((await invoke(listCosts, ctx, {})).by_task).toEqual([])
  const all = await invoke(listCosts, ctx, { group: 'task', from: at(0) })
  expect([all.by_task, all.by_agent]).toEqual([
    [
      { task: 'mail', cost_usd: 8, count: 2 },
      { task: 'post', cost_usd: 5, count: 1 },
    ],
    [],
  ])
  for (const from of [undefined, at(92)]) {
    await expect(invoke(listCosts, ctx, { group: 'task', from })).rejects.toMatchObject({ code: 'invalid_input' })
  }
  const many = Array.from({ length: 102 }, (_, n) => ended(`t${n}`, 10, 0, { version_id: `v${n}` }))
  await send(ctx, ...many)
  const told = await invoke(listCosts, ctx, { agent_id: 'a1' })
  expect([told.by_task.length, told.other_tasks_usd]).toEqual([100, 28])
  expect([told.by_version.length, told.other_versions_usd]).toEqual([100, 28])
})

test('a dear day stands out, of the agent and of the org', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const days = Array.from({ length: 20 }, (_, n) => cost('a1', 10 + (n % 3), n + 1))
  await send(ctx, ...days, cost('a1', 100), ...days.map((one) => ({ ...one, agent_id: 'a2' })), cost('a2', 11))
  const told = await invoke(listCosts, ctx, {})
  expect(told.anomaly).toMatchObject({ day: at(0).slice(0, 10), median_usd: 22 })
  expect(told.anomaly?.z).toBeGreaterThan(3.5)
  const [first, second] = told.by_agent
  expect([first?.agent_id, second?.agent_id]).toEqual(['a1', 'a2'])
  expect(first?.anomaly).toEqual({ day: at(0).slice(0, 10), median_usd: 11, z: expect.closeTo(0.6745 * 89, 9) })
  expect(second?.anomaly?.z).toBe(0)
  expect((await invoke(listCosts, ctx, { agent_id: 'a2' })).anomaly?.z).toBe(0)
})

test('batches of many writers at once add up to what was sent', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => send(ctx, cost(`a${n % 7}`, 0.5, n % 3, { model: `m${n % 4}` }))),
  )
  const told = await invoke(listCosts, ctx, {})
  const total = (rows: readonly { cost_usd: number }[]) => rows.reduce((sum, row) => sum + row.cost_usd, 0)
  expect([told.total_usd, total(told.by_agent), total(told.by_model), total(told.by_day)]).toEqual([30, 30, 30, 30])
})

test('another org has its own; a key bound to an agent sees itself; 404 and 400 for what cannot be', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await send(ctx, cost('a1', 1), cost('a2', 2))
  const bound = await org.as('member', { agentId: 'a2' })
  expect(await invoke(listCosts, bound, { agent_id: 'a1' })).toMatchObject({ total_usd: 2 })
  const stranger = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(listCosts, stranger, {})).toMatchObject({ total_usd: 0, by_agent: [], anomaly: null })
  await expect(invoke(listCosts, stranger, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
  for (const query of [{ from: 'yesterday' }, { from: at(1), to: at(3) }, { group: 'moon' }]) {
    await expect(invoke(listCosts, ctx, query as object)).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
