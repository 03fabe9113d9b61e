import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { create as createAgent } from '#core/agents/create.op'
import { claim } from './claim.op.ts'
import { list } from './list.op.ts'
import { queued, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('newest first in pages, by status and agent; a key bound to an agent sees its own', async () => {
  const { org, admin, ctx } = await withAgent(server.runtime)
  await invoke(createAgent, admin, { agent_id: 'a2' })
  const made = []
  for (const agent_id of ['a1', 'a2', 'a1', 'a1']) made.push((await queued(ctx, { agent_id })).task_id)
  const ids = async (filter: object, who = ctx) => (await invoke(list, who, filter)).tasks.map((task) => task.task_id)
  expect(await ids({})).toEqual(made.toReversed())
  const first = await invoke(list, ctx, { limit: 3 })
  expect(await ids({ limit: 3, cursor: first.next_cursor })).toEqual([made[0]])
  await invoke(claim, ctx, { agent_id: 'a1' })
  expect(await ids({ status: 'running' })).toEqual([made[0]])
  expect(await ids({ status: 'queued', agent_id: 'a1' })).toEqual([made[3], made[2]])
  expect(await ids({}, await org.as('member', { agentId: 'a2' }))).toEqual([made[1]])
  expect(await ids({}, await (await testOrg(server.runtime)).as('admin'))).toEqual([])
  await expect(invoke(list, ctx, { status: 'done' })).rejects.toMatchObject({ code: 'invalid_input' })
})
