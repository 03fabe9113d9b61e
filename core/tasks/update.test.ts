import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { claim } from './claim.op.ts'
import { get } from './get.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 leads a task by name through its states, with times, progress and output', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const set = (more: object) => invoke(update, ctx, { task_id, ...more })
  const running = (await set({ status: 'running', output: { partial: 1 }, progress: 20 })).task
  expect(running).toMatchObject({ status: 'running', attempts: 1, output: { partial: 1 }, progress: 20 })
  expect(running.started_at).not.toBeNull()
  expect(running.decision_id).toMatch(/^act_gd_/)
  expect((await set({ status: 'running', progress: 60 })).task.started_at).toBe(running.started_at)
  const ended = (await set({ status: 'completed', output: { done: true } })).task
  expect(ended).toMatchObject({ status: 'completed', output: { done: true }, leased_until: null })
  expect(ended.completed_at).not.toBeNull()
  expect(await told(ctx, task_id)).toEqual(['task.created', 'task.started', 'task.completed'])
})

test.each([
  ['queued', [], 'completed', ['running', 'cancelled']],
  ['queued', [], 'failed', ['running', 'cancelled']],
  ['queued', [], 'queued', ['running', 'cancelled']],
  ['running', ['running'], 'queued', ['completed', 'failed', 'cancelled']],
  ['completed', ['running', 'completed'], 'running', []],
  ['completed', ['running', 'completed'], 'completed', []],
  ['failed', ['running', 'failed'], 'running', []],
  ['cancelled', ['cancelled'], 'running', []],
])('409 from %s (by %j) to %s names what is possible', async (from, steps, to, allowed) => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  for (const status of steps) await invoke(update, ctx, { task_id, status })
  await expect(invoke(update, ctx, { task_id, status: to })).rejects.toMatchObject({
    code: 'conflict',
    data: { status: from, allowed },
  })
  expect((await invoke(get, ctx, { task_id })).task.status).toBe(from)
})

test('of ten that start one task by name, one does; of ten that end it, one does', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const race = async (status: string) => {
    const raced = Array.from({ length: 10 }, () => invoke(update, ctx, { task_id, status }))
    return (await Promise.allSettled(raced)).filter((one) => one.status === 'fulfilled').length
  }
  await race('running')
  expect((await invoke(get, ctx, { task_id })).task).toMatchObject({ status: 'running', attempts: 1 })
  expect(await race('completed')).toBe(1)
})

test('a start by name is asked of the guard: while the agent is paused it is a 403', async () => {
  const { admin, ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  await invoke(pause, admin, { agent_id: 'a1' })
  await expect(invoke(update, ctx, { task_id, status: 'running' })).rejects.toMatchObject({ code: 'blocked' })
  expect((await invoke(get, ctx, { task_id })).task.status).toBe('queued')
  await invoke(resume, admin, { agent_id: 'a1' })
  expect((await invoke(update, ctx, { task_id, status: 'running' })).task.status).toBe('running')
})

test('what was claimed is changed by who has the lease alone; anybody may cancel it', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  const { lease_token } = await invoke(claim, ctx, { agent_id: 'a1' })
  for (const token of [undefined, 'lease_wrong']) {
    const sent = { task_id, status: 'completed', ...(token === undefined ? {} : { lease_token: token }) }
    await expect(invoke(update, ctx, sent)).rejects.toMatchObject({ code: 'conflict' })
  }
  expect((await invoke(update, ctx, { task_id, progress: 50, lease_token })).task.progress).toBe(50)
  expect((await invoke(update, ctx, { task_id, status: 'cancelled', reason: 'not needed' })).task).toMatchObject({
    status: 'cancelled',
    reason: 'not needed',
  })
  await expect(invoke(update, ctx, { task_id, progress: 60, lease_token })).rejects.toMatchObject({ code: 'conflict' })
})

test('400 without a change, 404 across orgs', async () => {
  const { ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx)
  await expect(invoke(update, ctx, { task_id })).rejects.toMatchObject({ code: 'invalid_input' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(update, stranger, { task_id, progress: 1 })).rejects.toMatchObject({ code: 'not_found' })
})
