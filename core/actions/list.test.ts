import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { recorded, risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first with totals and stats', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const first = await recorded(ctx, { cost_estimate: 1.5 })
  server.advance(10)
  const second = await recorded(ctx, { status: 'completed' })
  const page = await invoke(list, ctx, {})
  expect(page.actions.map((action) => action.action_id)).toEqual([second.action_id, first.action_id])
  expect(page).toMatchObject({
    total: 2,
    stats: { total: 2, completed: 1, failed: 0, running: 1, total_cost: 1.5 },
    next_cursor: null,
  })
  expect(page.stats.avg_risk).toBeGreaterThan(0)
})

test('cursor pages give every row once, also while new ones arrive', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  // One instant for all rows: the cursor has to tell them apart by id.
  const made = await Promise.all(Array.from({ length: 7 }, () => recorded(ctx)))
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await invoke(list, ctx, { limit: 3, ...(cursor ? { cursor } : {}) })
    seen.push(...page.actions.map((action) => action.action_id))
    cursor = page.next_cursor
    server.advance(5)
    await recorded(ctx)
  } while (cursor)
  expect(seen.toSorted()).toEqual(made.map((action) => action.action_id).toSorted())
})

test.each([
  ['agent_id', { agent_id: 'a2' }, 1],
  ['swarm_id', { swarm_id: 's1' }, 1],
  ['session_id', { session_id: 'x1' }, 1],
  ['status', { status: 'pending_approval' }, 1],
  ['status completed', { status: 'completed' }, 1],
  ['exclude_status', { exclude_status: 'running' }, 2],
  ['action_type', { action_type: 'security' }, 1],
  ['outcome_status', { outcome_status: 'completed' }, 1],
  ['risk_min', { risk_min: 100 }, 0],
  ['days', { days: 1 }, 5],
])('filters by %s', async (_, filter, count) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await recorded(ctx, { agent_id: 'a2' })
  await recorded(ctx, { swarm_id: 's1' })
  await recorded(ctx, { session_id: 'x1' })
  await recorded(ctx, { status: 'completed' })
  await invoke(create, ctx, risky)
  const page = await invoke(list, ctx, filter)
  expect(page.actions).toHaveLength(count)
  expect(page.total, 'issue 2: the total counts what matches').toBe(count)
})

test('issue 2: total and running count within the days asked for', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await recorded(ctx)
  server.advance(3 * 86_400_000)
  await recorded(ctx)
  const page = await invoke(list, ctx, { status: 'running', days: 1 })
  expect(page).toMatchObject({ total: 1, stats: { running: 1 } })
})

test('a key bound to one agent sees only its rows, whatever it asks for', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await recorded(ctx)
  await recorded(ctx, { agent_id: 'a2' })
  const page = await invoke(list, await org.as('member', { agentId: 'a2' }), { agent_id: 'a1' })
  expect(page.actions.map((action) => action.agent_id)).toEqual(['a2'])
  expect(page.stats.total).toBe(1)
})

test('another org sees nothing', async () => {
  await recorded(await (await testOrg(server.runtime)).as('member'))
  const page = await invoke(list, await (await testOrg(server.runtime)).as('admin'), {})
  expect(page).toMatchObject({ actions: [], total: 0, stats: { total: 0, running: 0 } })
})

test.each([
  ['a made-up cursor', { cursor: 'bm8' }],
  [
    'a cursor into a year that no database holds',
    { cursor: Buffer.from('["0000-01-01T00:00:00Z","x"]').toString('base64url') },
  ],
  ['an offset too deep', { offset: 10_001 }],
  ['a limit of no rows', { limit: 0 }],
  ['an unknown status', { status: 'done' }],
])('400 for %s', async (_, query) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(list, ctx, query)).rejects.toMatchObject({ code: 'invalid_input' })
})
