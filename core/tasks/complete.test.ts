import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { claim } from './claim.op.ts'
import { complete } from './complete.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 ends a claimed task with its output, once', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const lease_token = (await invoke(claim, ctx, { agent_id: 'a1' })).lease_token ?? ''
  const sent = { task_id, lease_token, output: { review: 'good' } }
  const raced = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(complete, ctx, sent)))
  const won = raced.flatMap((one) => (one.status === 'fulfilled' ? [one.value.task] : []))
  expect(won).toMatchObject([{ status: 'completed', output: { review: 'good' }, progress: 100, leased_until: null }])
  expect(await told(ctx, task_id)).toEqual(['task.created', 'task.started', 'task.completed'])
})

test('409 for a task that is not running, without the lease, and with one that was lost; 404 across orgs', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const end = (lease_token?: string) => invoke(complete, ctx, { task_id, ...(lease_token ? { lease_token } : {}) })
  await expect(end()).rejects.toMatchObject({ code: 'conflict', data: { allowed: ['running', 'cancelled'] } })
  const lease_token = (await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 5 })).lease_token ?? ''
  await expect(end()).rejects.toMatchObject({ code: 'conflict' })
  server.advance(6000)
  await expect(end(lease_token)).rejects.toMatchObject({ code: 'conflict' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(complete, stranger, { task_id })).rejects.toMatchObject({ code: 'not_found' })
})
