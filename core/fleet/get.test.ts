import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { collect } from '#core/telemetry/collect.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 the agent with its newest events, newest first, as many as were asked for', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  for (let n = 0; n < 4; n += 1) {
    await invoke(collect, ctx, { events: [{ type: 'tool_call', agent_id: 'a1', tool_name: `t${n}`, input: { n } }] })
    server.advance(1000)
  }
  const told = await invoke(get, ctx, { agent_id: 'a1', events: 3 })
  expect(told.agent).toMatchObject({ event_count: 4, status: 'running' })
  expect(told.recent_events.map(({ tool_name: tool }) => tool)).toEqual(['t3', 't2', 't1'])
  expect(JSON.stringify(told)).not.toContain('"n":')
})

test('404 for an unknown agent, one of another org, and one that the key is not bound to', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(collect, ctx, { events: [{ type: 'heartbeat', agent_id: 'a1' }] })
  const stranger = await (await testOrg(server.runtime)).as('member')
  const bound = await org.as('member', { agentId: 'a2' })
  for (const [who, agent_id] of [
    [ctx, 'nobody'],
    [stranger, 'a1'],
    [bound, 'a1'],
  ] as const) {
    await expect(invoke(get, who, { agent_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
