import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, recorded } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { heartbeat } from './heartbeat.op.ts'
import { list } from './list.op.ts'
import { pause } from './pause.op.ts'
import { agentPage } from './store.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const idsOf = async (ctx: Context, query: object) =>
  (await invoke(list, ctx, query)).agents.map(({ agent_id }) => agent_id)

test('200 with what was seen and what was registered, filtered', async () => {
  const org = await testOrg(server.runtime)
  const [ctx, admin] = [await org.as('member'), await org.as('admin')]
  await recorded(ctx, { agent_id: 'acts', agent_name: 'Actor 100%' })
  await recorded(ctx, { agent_id: 'acts' })
  await invoke(evaluate, ctx, { ...harmless, agent_id: 'asks' })
  await invoke(heartbeat, ctx, { agent_id: 'beats', status: 'busy' })
  await invoke(create, admin, { agent_id: 'made', agent_name: 'Made' })
  await invoke(pause, admin, { agent_id: 'asks' })
  const { agents, next_cursor } = await invoke(list, ctx, {})
  expect(agents).toMatchObject([
    { agent_id: 'acts', agent_name: 'Actor 100%', action_count: 2, paused: false },
    { agent_id: 'asks', action_count: 0, paused: true, presence: { status: 'unknown' } },
    { agent_id: 'beats', presence: { status: 'busy' } },
    { agent_id: 'made', agent_name: 'Made', first_seen_at: null, last_active: null },
  ])
  expect(next_cursor).toBeNull()
  expect(await idsOf(ctx, { paused: true })).toEqual(['asks'])
  expect(await idsOf(ctx, { paused: false, q: 'A' })).toEqual(['acts', 'beats', 'made'])
  expect(await idsOf(ctx, { q: '0%' })).toEqual(['acts'])
  expect(await idsOf(ctx, { q: '_' })).toEqual([])
  expect(await idsOf(ctx, { status: 'unknown' })).toEqual(['acts', 'asks', 'made'])
  expect(await idsOf(await org.as('member', { agentId: 'acts' }), {})).toEqual(['acts'])
  expect(await idsOf(await (await testOrg(server.runtime)).as('admin'), {})).toEqual([])
})

test('the filter by status tells what the rows tell, however long the silence', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  for (const status of ['online', 'offline', 'idle', 'busy', 'stale']) {
    await invoke(heartbeat, ctx, { agent_id: status, status })
  }
  for (const silent of [0, 3 * 60_000, 10 * 60_000]) {
    server.advance(silent)
    const { agents } = await invoke(list, ctx, {})
    for (const status of ['online', 'offline', 'idle', 'busy', 'stale', 'unknown'] as const) {
      const told = agents.filter(({ presence }) => presence.status === status).map(({ agent_id }) => agent_id)
      expect(await idsOf(ctx, { status })).toEqual(told)
    }
  }
})

test('pages of 5,000 agents do not shift while agents act, and read no more than they show', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { orgId } = ctx.actor
  await sql`
    insert into agent (org_id, agent_id, first_seen_at, last_seen_at)
    select ${orgId}, 'agent-' || lpad(n::text, 5, '0'), now(), now() from generate_series(1, 5000) as n`.execute(ctx.db)
  await sql`
    insert into action_rollup_day (org_id, day, agent_id, total)
    select ${orgId}, date '2026-01-01' + d, 'agent-' || lpad(n::text, 5, '0'), 1
    from generate_series(1, 5000) as n, generate_series(0, 6) as d`.execute(ctx.db)
  await sql`analyze agent, agent_presence, action_rollup_day, action_record, guard_decision`.execute(ctx.db)

  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof invoke<typeof list.input, typeof list.output>>> = await invoke(list, ctx, {
      limit: 200,
      ...(cursor === null ? {} : { cursor }),
    })
    ids.push(...page.agents.map(({ agent_id }) => agent_id))
    expect(page.agents.every(({ action_count }) => action_count === 7)).toBe(true)
    // What was shown already moves to the front by any other order.
    await invoke(heartbeat, ctx, { agent_id: ids[0] ?? '', status: ids.length % 400 === 0 ? 'busy' : 'idle' })
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(ids).toHaveLength(5000)
  expect(new Set(ids).size).toBe(5000)
  expect(ids).toEqual(ids.toSorted())
  expect(await idsOf(ctx, { limit: 2, offset: 4998 })).toEqual(ids.slice(4998))
  expect(await idsOf(ctx, { limit: 2, offset: 5000 })).toEqual([])

  for (const filter of [{}, { after: 'agent-02500' }, { paused: true }, { agentId: 'agent-00007' }]) {
    const plan = JSON.stringify(await agentPage(ctx, { ...filter, limit: 51, offset: 0 }).explain())
    expect(plan).toMatch(/Index (Only )?Scan/)
    expect(plan).not.toMatch(/Seq Scan on (agent|action_rollup_day|action_record|guard_decision)\b(?!_)/)
    expect(plan).not.toMatch(/action_record|guard_decision/)
  }
})

test('400 for a cursor that was made up, 403 without the scope', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member', { scopes: ['guard:evaluate'] })
  await expect(invoke(list, ctx, {})).rejects.toMatchObject({ code: 'forbidden' })
  await expect(invoke(list, await org.as('member'), { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
})
