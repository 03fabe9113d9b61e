import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { claim } from './claim.op.ts'
import { fail } from './fail.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('it returns to the queue while it has attempts left, then it fails', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx, { max_attempts: 2 })
  const attempt = async (more: object = {}) => {
    const lease_token = (await invoke(claim, ctx, { agent_id: 'a1' })).lease_token ?? ''
    return (await invoke(fail, ctx, { task_id, lease_token, reason: 'no network', ...more })).task
  }
  expect(await attempt({ retry_after_seconds: 30 })).toMatchObject({ status: 'queued', attempts: 1 })
  expect((await invoke(claim, ctx, { agent_id: 'a1' })).task).toBeNull()
  server.advance(31_000)
  const failed = await attempt()
  expect(failed).toMatchObject({ status: 'failed', attempts: 2, reason: 'no network' })
  expect(failed.completed_at).not.toBeNull()
  expect(await told(ctx, task_id)).toEqual([
    'task.created',
    'task.started',
    'task.requeued',
    'task.started',
    'task.failed',
  ])
})

test('without retry it fails at once; 409 when it is not running or the lease is not the caller’s; 404 across orgs', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const sent = { task_id, reason: 'x', retry: false }
  await expect(invoke(fail, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  const lease_token = (await invoke(claim, ctx, { agent_id: 'a1' })).lease_token ?? ''
  await expect(invoke(fail, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(fail, stranger, sent)).rejects.toMatchObject({ code: 'not_found' })
  expect((await invoke(fail, ctx, { ...sent, lease_token })).task.status).toBe('failed')
})
