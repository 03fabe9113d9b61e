import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { claim } from './claim.op.ts'
import { extend } from './extend.op.ts'
import { queued, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 moves the end of the lease; 409 once it was lost, whoever has the task now', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const { lease_token, task } = await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 10 })
  const token = lease_token ?? ''
  const more = { task_id, lease_token: token, lease_seconds: 60, progress: 10 }
  const extended = (await invoke(extend, ctx, more)).task
  expect(Date.parse(extended.leased_until ?? '')).toBeGreaterThan(Date.parse(task?.leased_until ?? '') + 40_000)
  expect(extended.progress).toBe(10)
  server.advance(61_000)
  await expect(invoke(extend, ctx, more)).rejects.toMatchObject({ code: 'conflict' })
  expect((await invoke(claim, ctx, { agent_id: 'a1' })).task?.task_id).toBe(task_id)
  await expect(invoke(extend, ctx, more)).rejects.toMatchObject({ code: 'conflict', data: { status: 'running' } })
})

test('409 for a task that nobody claimed or that is claimed with another token, 404 across orgs', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const sent = { task_id, lease_token: 'lease_none' }
  await expect(invoke(extend, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  await invoke(claim, ctx, { agent_id: 'a1' })
  await expect(invoke(extend, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(extend, stranger, sent)).rejects.toMatchObject({ code: 'not_found' })
})
