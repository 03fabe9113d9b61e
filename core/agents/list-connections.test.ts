import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listConnections } from './list-connections.op.ts'
import { reportConnections } from './report-connections.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 in pages, by agent or provider; a bound key sees its own; nothing of another org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  for (const agent_id of ['a1', 'a2', 'a3']) {
    const connections = [{ name: 'one', provider: 'github' }, { name: 'two' }]
    await invoke(reportConnections, ctx, { agent_id, connections })
  }
  const named = async (by: typeof ctx, query: object) =>
    (await invoke(listConnections, by, query)).connections.map((one) => `${one.agent_id} ${one.name}`)
  const first = await invoke(listConnections, ctx, { limit: 4 })
  expect(first).toMatchObject({ total: 6, next_cursor: expect.any(String) })
  expect(await named(ctx, { limit: 4, cursor: first.next_cursor })).toEqual(['a3 one', 'a3 two'])
  expect(await named(ctx, { agent_id: 'a2' })).toEqual(['a2 one', 'a2 two'])
  expect(await named(ctx, { provider: 'github', offset: 1 })).toEqual(['a2 one', 'a3 one'])
  expect(await named(await org.as('member', { agentId: 'a1' }), { agent_id: 'a2' })).toEqual(['a1 one', 'a1 two'])
  expect(await named(await (await testOrg(server.runtime)).as('admin'), {})).toEqual([])
})
