import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { getTraffic } from './get-traffic.op.ts'
import { setTraffic } from './set-traffic.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('the figures of each version stand side by side, from what was reported of it', async () => {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  const one = (await invoke(create, ctx, { agent_id: 'a1', prompt: 'one' })).version.version_id
  const two = (await invoke(create, ctx, { agent_id: 'a1', prompt: 'two' })).version.version_id
  await invoke(setTraffic, ctx, {
    agent_id: 'a1',
    shares: [
      { version_id: one, weight: 3 },
      { version_id: two, weight: 1 },
    ],
  })
  const ended = (version_id: string, outcome: string, cost_usd: number) => ({
    agent_id: 'a1',
    type: 'task',
    task: 'review',
    version_id,
    outcome,
    cost_usd,
    duration_ms: 100,
  })
  await invoke(collect, ctx, {
    events: [ended(one, 'success', 1), ended(one, 'failure', 3), ended(two, 'partial', 0.5)],
  })
  const { versions } = await invoke(getTraffic, ctx, { agent_id: 'a1' })
  expect(versions).toMatchObject([
    { version_id: one, share: 0.75, current: false },
    { version_id: two, share: 0.25, current: true },
  ])
  expect(versions[0]?.figures).toMatchObject({ tasks: 2, success_rate: 0.5, cost_per_task_usd: 2, cost_usd: 4 })
  expect(versions[1]?.figures).toMatchObject({ tasks: 1, success_rate: 0.5, mean_duration_ms: 100, value_usd: null })
})

test('404 for an agent that is not there; an agent without versions has none to compare', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await expect(invoke(getTraffic, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  expect((await invoke(getTraffic, ctx, { agent_id: 'a1' })).versions).toEqual([])
})
