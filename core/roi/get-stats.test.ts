import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { getStats } from './get-stats.op.ts'
import { setValue } from './set-value.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const DAY = 86_400_000

function task(outcome: string, { daysAgo = 0, ...more }: { daysAgo?: number; [field: string]: unknown } = {}) {
  const timestamp = new Date(server.runtime.now().getTime() - daysAgo * DAY).toISOString()
  return { type: 'task', agent_id: 'a1', task: 'resolve', outcome, cost_usd: 0.1, duration_ms: 500, timestamp, ...more }
}

const send = (ctx: Context, ...events: readonly object[]) => invoke(collect, ctx, { events })

test('200 figures, trend, and the same by task and by version', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await send(
    ctx,
    ...Array.from({ length: 6 }, () => task('success', { version_id: 'ver_1' })),
    ...Array.from({ length: 2 }, () => task('partial', { task: 'triage', cost_usd: 0.4 })),
    ...Array.from({ length: 2 }, () => task('failure')),
    task('success', { daysAgo: 8 }),
    task('failure', { daysAgo: 8 }),
    task('success', { daysAgo: 20 }),
    task('success', { agent_id: 'a2' }),
  )
  const stats = await invoke(getStats, ctx, { agent_id: 'a1', period: '7d' })
  expect(stats).toMatchObject({
    agent_id: 'a1',
    period: '7d',
    total_tasks: 10,
    success_rate: 0.7,
    total_cost: 1.6,
    cost_per_task: 0.16,
    mean_duration_ms: 500,
    value: null,
    valued_tasks: 0,
    net_roi: null,
    trend: {
      total_tasks: { previous: 2, change: 8 },
      success_rate: { previous: 0.5 },
      net_roi: { previous: null, change: null },
    },
  })
  expect(stats.cost_per_outcome).toBeCloseTo(1.6 / 7)
  expect(stats.success_rate_interval?.low).toBeLessThan(0.7)
  expect(stats.by_task.map((one) => [one.task, one.total_tasks])).toEqual([
    ['resolve', 8],
    ['triage', 2],
  ])
  expect(stats.by_version.map((one) => [one.version_id, one.total_tasks, one.success_rate])).toEqual([
    [null, 4, 0.25],
    ['ver_1', 6, 1],
  ])
})

test('the value that an event brought stands; the others take that of the org, a partial success half of it', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await send(
    ctx,
    task('success', { value_usd: 5 }),
    task('failure', { value_usd: 1 }),
    task('success'),
    task('partial'),
    task('failure'),
    task('success', { task: 'nobody says' }),
  )
  const own = await invoke(getStats, ctx, { agent_id: 'a1' })
  expect(own).toMatchObject({ value: 6, valued_tasks: 2 })
  await invoke(setValue, await org.as('admin'), { task: 'resolve', value_usd: 2 })
  const both = await invoke(getStats, ctx, { agent_id: 'a1' })
  expect(both).toMatchObject({ value: 9, valued_tasks: 5, total_cost: 0.6 })
  expect(both.net_roi).toBeCloseTo((9 - 0.6) / 0.6)
  const part = Object.fromEntries(both.by_task.map((one) => [one.task, one.value]))
  expect(part).toEqual({ resolve: 9, 'nobody says': null })
})

test('an agent without tasks has no rates, and nothing is made up for it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await send(ctx, { type: 'heartbeat', agent_id: 'a1' })
  expect(await invoke(getStats, ctx, { agent_id: 'a1' })).toMatchObject({
    total_tasks: 0,
    success_rate: null,
    success_rate_interval: null,
    cost_per_task: null,
    net_roi: null,
    by_task: [],
  })
})

test('404 for an unknown agent, across orgs and past a binding; 400 for a period that is none', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await send(ctx, task('success'))
  const others = [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]
  for (const who of others) {
    await expect(invoke(getStats, who, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
  }
  await expect(invoke(getStats, ctx, { agent_id: 'none' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(invoke(getStats, ctx, { agent_id: 'a1', period: '1d' })).rejects.toMatchObject({ code: 'invalid_input' })
})
