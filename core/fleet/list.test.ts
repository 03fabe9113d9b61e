import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless } from '#core/actions/test-actions'
import { pause } from '#core/agents/pause.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { collect } from '#core/telemetry/collect.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 each agent with what it is doing, and when it stops doing it', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  const beat = (agent_id: string, status: string) => ({ type: 'status_change', agent_id, status })
  await invoke(collect, ctx, {
    events: [beat('broken', 'error'), beat('done', 'stopped'), beat('held', 'running'), beat('works', 'running')],
  })
  await invoke(pause, admin, { agent_id: 'held' })
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'asks' })
  const statuses = async () => {
    const { agents } = await invoke(list, ctx, {})
    return Object.fromEntries(agents.map(({ agent_id, status }) => [agent_id, status]))
  }
  const now = { asks: 'running', broken: 'error', done: 'stopped', held: 'paused', works: 'running' }
  expect(await statuses()).toEqual(now)
  await invoke(updateSettings, admin, { settings: { alert_stuck_minutes: 10 } })
  server.advance(6 * 60_000)
  expect(await statuses()).toEqual(now)
  server.advance(5 * 60_000)
  expect(await statuses()).toEqual({ ...now, asks: 'stopped', broken: 'stuck', works: 'stuck' })
})

test('page by page, never those of another org; a key bound to an agent sees itself', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const events = Array.from({ length: 5 }, (_, n) => ({ type: 'cost', agent_id: `a${n}`, cost_usd: n / 100 }))
  await invoke(collect, ctx, { events })
  const seen: [string, number][] = []
  let cursor: string | undefined
  do {
    const page = await invoke(list, ctx, { limit: 2, cursor })
    seen.push(...page.agents.map((agent): [string, number] => [agent.agent_id, agent.cost_usd]))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual([0, 1, 2, 3, 4].map((n) => [`a${n}`, n / 100]))
  expect((await invoke(list, await org.as('member', { agentId: 'a3' }), {})).agents).toHaveLength(1)
  expect((await invoke(list, await (await testOrg(server.runtime)).as('member'), {})).agents).toEqual([])
})

test('usage_days tells the use of those days and no others; without it nothing is told', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const at = (back: number) => new Date(server.runtime.now().getTime() - back * 86_400_000).toISOString()
  const cost = (agent_id: string, back: number, cost_usd: number, model: string) => ({
    type: 'cost',
    agent_id,
    timestamp: at(back),
    cost_usd,
    model,
  })
  const days = [cost('a1', 0, 1, 'm1'), cost('a1', 0, 2, 'm2'), cost('a1', 2, 4, 'm1'), cost('a1', 3, 8, 'm1')]
  await invoke(collect, ctx, { events: [...days, { type: 'heartbeat', agent_id: 'a2' }] })
  const { agents } = await invoke(list, ctx, { usage_days: 3 })
  expect(agents[0]?.usage).toEqual([
    { day: at(2).slice(0, 10), events: 1, errors: 0, cost_usd: 4 },
    { day: at(0).slice(0, 10), events: 2, errors: 0, cost_usd: 3 },
  ])
  expect(agents[1]?.usage?.every(({ cost_usd: usd }) => usd === 0)).toBe(true)
  expect((await invoke(list, ctx, {})).agents[0]).not.toHaveProperty('usage')
  await expect(invoke(list, ctx, { usage_days: 32 })).rejects.toMatchObject({ code: 'invalid_input' })
})
