import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { acknowledge } from './acknowledge.op.ts'
import { list } from './list.op.ts'
import { sweepAlerts } from './sweep.ts'
import { fail } from './test-alerts.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('open ones first, then newest first, page by page, each once', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  for (const agent of ['a0', 'a1']) await fail(ctx, agent)
  server.advance(61_000)
  await sweepAlerts(server.runtime)
  for (const agent of ['a2', 'a3', 'a4']) {
    await fail(ctx, agent)
    server.advance(10)
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await invoke(list, ctx, { limit: 2, cursor })
    seen.push(...page.alerts.map(({ agent_id, state }) => `${agent_id} ${state}`))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen.slice(0, 3)).toEqual(['a4 open', 'a3 open', 'a2 open'])
  expect(seen.slice(3).toSorted()).toEqual(['a0 resolved', 'a1 resolved'])
  const [first] = (await invoke(list, ctx, { agent_id: 'a3' })).alerts
  await invoke(acknowledge, admin, { alert_id: first?.alert_id ?? '' })
  const agents = async (query: object) => (await invoke(list, ctx, query)).alerts.map(({ agent_id }) => agent_id)
  expect(await agents({ state: 'open' })).toEqual(['a4', 'a2'])
  expect(await agents({ state: 'acknowledged' })).toEqual(['a3'])
  expect(await agents({ state: 'resolved' })).toHaveLength(2)
  expect(await agents({ kind: 'stuck' })).toEqual([])
  expect(await agents({ severity: 'warning', limit: 1 })).toEqual(['a4'])
})

test('another org sees none, a key bound to an agent its own; 400 for what is no kind and a forged cursor', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await Promise.all([fail(ctx, 'a1'), fail(ctx, 'a2')])
  const bound = await org.as('member', { agentId: 'a2' })
  expect((await invoke(list, bound, { agent_id: 'a1' })).alerts).toMatchObject([{ agent_id: 'a2' }])
  expect((await invoke(list, await (await testOrg(server.runtime)).as('admin'), {})).alerts).toEqual([])
  for (const query of [{ kind: 'sneeze' }, { state: 'gone' }, { cursor: 'WzFd' }]) {
    await expect(invoke(list, ctx, query as object)).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
