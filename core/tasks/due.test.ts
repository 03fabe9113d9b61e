import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testRuntime, type TestRuntime } from '#core/testing/context'
import { claim } from './claim.op.ts'
import { sweepTasks } from './due.ts'
import { get } from './get.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test("a dead worker's task returns to the queue, and fails when its attempts are used up", async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx, { max_attempts: 2 })
  const state = async () => (await invoke(get, ctx, { task_id })).task
  await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 10 })
  server.advance(11_000)
  await sweepTasks(server.runtime)
  expect(await state()).toMatchObject({ status: 'queued', attempts: 1, worker: null })
  await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 10 })
  server.advance(11_000)
  await Promise.all(Array.from({ length: 5 }, () => sweepTasks(server.runtime)))
  expect(await state()).toMatchObject({ status: 'failed', attempts: 2, reason: 'Its worker did not extend the lease.' })
  expect(await told(ctx, task_id)).toEqual([
    'task.created',
    'task.started',
    'task.requeued',
    'task.started',
    'task.failed',
  ])
})

test('a claim does not wait for the job: it takes what was lost itself', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 5 })
  server.advance(6000)
  expect((await invoke(claim, ctx, { agent_id: 'a1' })).task).toMatchObject({ task_id, attempts: 2 })
})

test('whose deadline passes fails with the reason, queued or running, and is not claimed before the job sees it', async () => {
  const { ctx } = await withAgent(server.runtime)
  const deadline = new Date(server.runtime.now().getTime() + 60_000).toISOString()
  const running = await queued(ctx, { deadline })
  await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 3600 })
  const waiting = await queued(ctx, { deadline })
  server.advance(61_000)
  expect((await invoke(claim, ctx, { agent_id: 'a1' })).task).toBeNull()
  await sweepTasks(server.runtime)
  for (const { task_id } of [running, waiting]) {
    const { task } = await invoke(get, ctx, { task_id })
    expect(task).toMatchObject({ status: 'failed', reason: 'The deadline passed.', leased_until: null })
    expect((await told(ctx, task_id)).at(-1)).toBe('task.failed')
  }
})
