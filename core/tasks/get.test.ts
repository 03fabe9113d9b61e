import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { create as createVersion } from '#core/agent-versions/create.op'
import { create as createPolicy } from '#core/policies/create.op'
import { claim } from './claim.op.ts'
import { get } from './get.op.ts'
import { list } from './list.op.ts'
import { queued, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 shows one task; 404 across orgs and for a key bound to another agent', async () => {
  const { org, ctx } = await withAgent(server.runtime)
  const task = await queued(ctx, { input: { a: 1 } })
  const read = (await invoke(get, ctx, { task_id: task.task_id })).task
  expect(read).toEqual({ ...task, version_number: null, approval: null })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(get, who, { task_id: task.task_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})

test('who reads it learns the number of its version and whether a person is asked', async () => {
  const { admin, ctx } = await withAgent(server.runtime)
  await invoke(createVersion, ctx, { agent_id: 'a1', prompt: 'one' })
  await invoke(createPolicy, admin, {
    name: 'Tasks need a person',
    policy_type: 'require_approval',
    rules: { action_types: ['task.run'] },
  })
  const { task_id } = await queued(ctx)
  const { waiting } = await invoke(claim, ctx, { agent_id: 'a1' })
  const asked = { action_id: waiting?.action_id, state: 'pending' }
  expect((await invoke(get, ctx, { task_id })).task).toMatchObject({ version_number: 1, approval: asked })
  expect((await invoke(list, ctx, {})).tasks).toMatchObject([{ task_id, version_number: 1, approval: asked }])
})
