import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { get } from './get.op.ts'
import { queued, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 shows one task; 404 across orgs and for a key bound to another agent', async () => {
  const { org, ctx } = await withAgent(server.runtime)
  const task = await queued(ctx, { input: { a: 1 } })
  expect((await invoke(get, ctx, { task_id: task.task_id })).task).toEqual(task)
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(get, who, { task_id: task.task_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
