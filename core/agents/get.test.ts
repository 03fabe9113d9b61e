import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless, recorded } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { pause } from './pause.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 for an agent that only asked: seen, not registered, its presence unknown', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const asked = await invoke(evaluate, ctx, { ...harmless, agent_name: 'Ann' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent).toEqual({
    agent_id: 'a1',
    agent_name: 'Ann',
    description: null,
    action_count: 0,
    last_active: asked.evaluated_at,
    first_seen_at: asked.evaluated_at,
    registered_at: null,
    registered_by: null,
    paused: false,
    paused_at: null,
    paused_by: null,
    pause_reason: null,
    presence: { status: 'unknown', last_heartbeat_at: null, current_task_id: null },
    heartbeat_metadata: null,
    current_version_id: null,
    version_count: 0,
    fork_count: 0,
    parent_agent_id: null,
  })
})

test('last_active follows what it does, to the minute, and never goes back', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const first = await invoke(evaluate, ctx, harmless)
  await invoke(evaluate, ctx, harmless)
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.last_active).toBe(first.evaluated_at)
  server.advance(61_000)
  const later = await recorded(ctx)
  const { agent } = await invoke(get, ctx, { agent_id: 'a1' })
  expect(agent).toMatchObject({ action_count: 1, first_seen_at: first.evaluated_at, last_active: later.created_at })
  const earlier = { ...ctx, now: () => new Date(server.runtime.now().getTime() - 3_600_000) }
  await invoke(evaluate, earlier, harmless)
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent).toEqual(agent)
})

test('a hundred first calls at once make one agent', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await Promise.all(Array.from({ length: 100 }, () => invoke(evaluate, ctx, harmless)))
  const rows = ctx.db.selectFrom('agent').select('agent_id').where('org_id', '=', ctx.actor.orgId)
  expect(await rows.execute()).toEqual([{ agent_id: 'a1' }])
})

test('a pause of an agent that never came shows it without having seen it', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await invoke(pause, admin, { agent_id: 'ghost', reason: 'r' })
  expect((await invoke(get, admin, { agent_id: 'ghost' })).agent).toMatchObject({
    paused: true,
    pause_reason: 'r',
    first_seen_at: null,
    last_active: null,
  })
})

test('404 for an unknown one, one of another org, and for a key bound to another agent', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(evaluate, ctx, harmless)
  const missing = { code: 'not_found', message: 'Agent not found' }
  await expect(invoke(get, ctx, { agent_id: 'a2' })).rejects.toMatchObject(missing)
  const other = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(get, other, { agent_id: 'a1' })).rejects.toMatchObject(missing)
  const bound = await org.as('member', { agentId: 'a2' })
  await expect(invoke(get, bound, { agent_id: 'a1' })).rejects.toMatchObject(missing)
})
