import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '#core/kernel/errors'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testRuntime, type TestRuntime } from '#core/testing/context'
import { claim } from './claim.op.ts'
import { complete } from './complete.op.ts'
import { sweepTasks } from './due.ts'
import { queued, withAgent } from './test-tasks.ts'

const TASKS = 1000
const WORKERS = 50

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** Works until there is nothing left, or until it dies with a task in its hands. */
async function work(ctx: Context, done: Map<string, number>, diesAfter: number): Promise<void> {
  for (let claims = 1; ; claims += 1) {
    const { task, lease_token } = await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 3600 })
    if (task === null || claims > diesAfter) return
    const sent = { task_id: task.task_id, lease_token: lease_token ?? '', output: { n: claims } }
    await invoke(complete, ctx, sent)
    done.set(task.task_id, (done.get(task.task_id) ?? 0) + 1)
  }
}

test(`${WORKERS} workers on ${TASKS} tasks, a fifth of them die on the way: each task is done exactly once`, async () => {
  const { ctx } = await withAgent(server.runtime, { policies: 'none' })
  const ids = new Set<string>()
  for (let n = 0; n < TASKS; n += WORKERS) {
    const made = await Promise.all(Array.from({ length: WORKERS }, () => queued(ctx)))
    for (const { task_id } of made) ids.add(task_id)
  }
  const done = new Map<string, number>()
  const dies = (n: number): number => (n % 5 === 0 ? 3 : Number.POSITIVE_INFINITY)
  await Promise.all(Array.from({ length: WORKERS }, (_, n) => work(ctx, done, dies(n))))
  const lost = TASKS - done.size
  expect(lost).toBe(WORKERS / 5)
  server.advance(3_601_000)
  await sweepTasks(server.runtime)
  await Promise.all(Array.from({ length: WORKERS }, () => work(ctx, done, Number.POSITIVE_INFINITY)))
  expect(new Set(done.keys())).toEqual(ids)
  expect([...done.values()].every((times) => times === 1)).toBe(true)
  const rows = ctx.db.selectFrom('task').select(['status', 'attempts']).where('org_id', '=', ctx.actor.orgId)
  const states = await rows.execute()
  expect(states.every(({ status }) => status === 'completed')).toBe(true)
  expect(states.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(TASKS + lost)
}, 240_000)

test('a worker that comes back after its lease ran out cannot end the task that another one does', async () => {
  const { ctx } = await withAgent(server.runtime)
  await queued(ctx)
  const slow = await invoke(claim, ctx, { agent_id: 'a1', lease_seconds: 5 })
  server.advance(6000)
  const quick = await invoke(claim, ctx, { agent_id: 'a1' })
  const end = ({ task, lease_token }: typeof slow) =>
    invoke(complete, ctx, { task_id: task?.task_id ?? '', lease_token: lease_token ?? '' })
  await expect(end(slow)).rejects.toBeInstanceOf(Fault)
  expect((await end(quick)).task.status).toBe('completed')
})
