import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { decide } from '#core/approvals/decide.op'
import { loadSettledSince } from '#core/approvals/index'
import { wait } from '#core/approvals/wait.op'
import { start } from '#core/halt/start.op'
import { stop } from '#core/halt/stop.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'
import { loadActionWire } from './index.ts'
import { list } from './list.op.ts'
import { risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** Who allowed it, as each way to read it tells. */
async function told(ctx: Context, action_id: string): Promise<unknown[]> {
  const { orgId } = ctx.actor
  const [settled] = await loadSettledSince(server.runtime, orgId, new Date(0), 10)
  const shown = [
    (await invoke(get, ctx, { action_id })).action,
    (await invoke(list, ctx, {})).actions[0],
    (await invoke(wait, ctx, { action_id, timeout_seconds: 0 })).action,
    await loadActionWire(server.runtime, orgId, action_id),
    settled,
  ]
  return shown.map((action) => action?.approved_by)
}

const eventsOf = async (ctx: Context, action_id: string): Promise<number> =>
  (
    await ctx.db
      .selectFrom('event')
      .select('seq')
      .where('org_id', '=', ctx.actor.orgId)
      .where('name', '=', 'action.updated')
      .where('ref', '=', action_id)
      .execute()
  ).length

test.each([
  [
    'the org is halted',
    (ctx: Context) => invoke(start, ctx, { reason: 'drill' }),
    (ctx: Context) => invoke(stop, ctx, {}),
  ],
  [
    'its agent is paused',
    (ctx: Context) => invoke(pause, ctx, { agent_id: 'a1' }),
    (ctx: Context) => invoke(resume, ctx, { agent_id: 'a1' }),
  ],
])('an approved act shows no approver while %s, and is told again when it goes on', async (_, hold, goOn) => {
  const org = await testOrg(server.runtime)
  const [agent, admin] = [await org.as('member'), await org.as('admin')]
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await hold(admin)
  expect(await told(agent, action_id)).toEqual([null, null, null, null, null])
  const before = await eventsOf(admin, action_id)
  await goOn(admin)
  expect(await eventsOf(admin, action_id)).toBe(before + 1)
  expect((await invoke(list, admin, {})).actions[0]?.approved_by).not.toBeNull()
  expect(await invoke(wait, agent, { action_id, timeout_seconds: 1 })).toMatchObject({ released: true })
})

test('what was handed out before the halt stays what it was', async () => {
  const org = await testOrg(server.runtime)
  const [agent, admin] = [await org.as('member'), await org.as('admin')]
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await invoke(wait, agent, { action_id, timeout_seconds: 1 })
  await invoke(start, admin, { reason: 'drill' })
  expect((await invoke(get, agent, { action_id })).action.approved_by).not.toBeNull()
})
