import { afterAll, beforeAll, expect, test } from 'vitest'
import { get as getAction } from '#core/actions/get.op'
import { decide } from '#core/approvals/decide.op'
import { create as createPolicy } from '#core/policies/create.op'
import { invoke } from '#core/kernel/invoke'
import { testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { claim } from './claim.op.ts'
import { complete } from './complete.op.ts'
import { sweepTasks } from './due.ts'
import { fail } from './fail.op.ts'
import { get } from './get.op.ts'
import { queued, withAgent } from './test-tasks.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

interface Asked {
  readonly admin: Context
  readonly ctx: Context
  readonly task_id: string
  readonly action_id: string
}

/** A task that waits for a person. */
async function asked(more: Parameters<typeof queued>[1] = {}, limits: object = { limit_usd: 100 }): Promise<Asked> {
  const { admin, ctx } = await withAgent(server.runtime, { policies: 'none' })
  const rules = { action_types: ['task.run'] }
  await invoke(createPolicy, admin, { name: 'ask', policy_type: 'require_approval', rules })
  const budget = { scope: 'org', window: 'day', ...limits }
  await invoke(createPolicy, admin, { name: 'spend', policy_type: 'budget', rules: budget })
  const { task_id } = await queued(ctx, more)
  const { waiting } = await invoke(claim, ctx, { agent_id: 'a1' })
  return { admin, ctx, task_id, action_id: waiting?.action_id ?? '' }
}

/** The same, allowed and started. */
async function started(more: Parameters<typeof queued>[1] = {}): Promise<Asked & { readonly lease_token: string }> {
  const one = await asked(more)
  await invoke(decide, one.admin, { action_id: one.action_id, decision: 'allow' })
  server.advance(6000)
  const { task, lease_token } = await invoke(claim, one.ctx, { agent_id: 'a1', lease_seconds: 60 })
  expect(task?.task_id).toBe(one.task_id)
  return { ...one, lease_token: lease_token ?? '' }
}

const actionOf = async ({ ctx, action_id }: Asked) => (await invoke(getAction, ctx, { action_id })).action

/** What the ledger says of how the action ended, one entry a time. */
async function outcomes({ ctx, action_id }: Asked): Promise<string[]> {
  const entries = ctx.db.selectFrom('ledger_entry').select('body').where('org_id', '=', ctx.actor.orgId)
  const rows = await entries.where('kind', '=', 'outcome').where('ref', '=', action_id).execute()
  return rows.map(({ body }) => {
    const { data } = JSON.parse(body) as { data: { outcome: string; status: string } }
    return `${data.outcome} ${data.status}`
  })
}

async function held({ ctx }: Asked) {
  const row = await ctx.db
    .selectFrom('budget_usage')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .executeTakeFirstOrThrow()
  return { used: Number(row.used_usd_micros), calls: Number(row.used_calls), reserved: Number(row.reserved_calls) }
}

test('a completed task completes the action by which it was allowed, with duration and cost', async () => {
  const one = await started()
  server.advance(2000)
  const { task } = await invoke(complete, one.ctx, { ...one, cost_usd: 1.25 })
  expect(task.cost_usd).toBe(1.25)
  const action = await actionOf(one)
  const [began, ended] = [action.released_at, action.outcome_at].map((at) => Date.parse(at ?? ''))
  expect(ended).toBeGreaterThanOrEqual((began ?? 0) + 2000)
  expect(action).toMatchObject({
    status: 'completed',
    outcome_status: 'completed',
    duration_ms: (ended ?? 0) - (began ?? 0),
    cost_estimate: 1.25,
    close_source: 'task',
  })
  expect(await outcomes(one)).toEqual(['completed completed'])
  expect(await held(one)).toMatchObject({ used: 1_250_000, calls: 1 })
})

test('a failed attempt fails its action, and the next attempt asks again', async () => {
  const one = await started()
  await invoke(fail, one.ctx, { ...one, reason: 'no paper', cost_usd: 0.5 })
  expect(await actionOf(one)).toMatchObject({ status: 'failed', outcome_error: 'no paper', cost_estimate: 0.5 })
  expect(await outcomes(one)).toEqual(['failed failed'])
  const { waiting } = await invoke(claim, one.ctx, { agent_id: 'a1' })
  expect(waiting?.action_id).not.toBe(one.action_id)
  expect((await invoke(get, one.ctx, { task_id: one.task_id })).task.cost_usd).toBe(0.5)
})

test('a cancelled task cancels its action', async () => {
  const one = await started()
  await invoke(update, one.ctx, { task_id: one.task_id, status: 'cancelled', reason: 'not needed' })
  expect(await actionOf(one)).toMatchObject({ status: 'cancelled', outcome_error: 'not needed' })
  expect(await outcomes(one)).toEqual(['failed cancelled'])
})

test.each([
  [{ max_attempts: 1 }, 'failed'],
  [{}, 'queued'],
] as const)('a worker that is lost fails the action; with %j its task is %s', async (more, status) => {
  const one = await started(more)
  server.advance(61_000)
  await Promise.all([sweepTasks(server.runtime), sweepTasks(server.runtime)])
  expect((await invoke(get, one.ctx, { task_id: one.task_id })).task.status).toBe(status)
  expect(await actionOf(one)).toMatchObject({ status: 'failed', outcome_error: 'Its worker did not extend the lease.' })
  expect(await outcomes(one)).toEqual(['failed failed'])
})

test('a task that ends before anybody began it withdraws what a person was asked', async () => {
  const cancelled = await asked()
  await invoke(update, cancelled.ctx, { task_id: cancelled.task_id, status: 'cancelled', reason: 'not needed' })
  expect(await actionOf(cancelled)).toMatchObject({ status: 'cancelled', approved_by: null })
  const yes = invoke(decide, cancelled.admin, { action_id: cancelled.action_id, decision: 'allow' })
  await expect(yes).rejects.toMatchObject({ code: 'conflict' })
  const late = await asked({ deadline: new Date(server.runtime.now().getTime() + 60_000).toISOString() })
  server.advance(61_000)
  await sweepTasks(server.runtime)
  expect(await actionOf(late)).toMatchObject({ status: 'cancelled', outcome_error: 'The deadline passed.' })
})

test('of complete and fail at once one wins, and one outcome is on the ledger, that of the winner', async () => {
  for (let round = 0; round < 3; round += 1) {
    const one = await started({ max_attempts: 1 })
    const ends = await Promise.allSettled([
      ...Array.from({ length: 4 }, () => invoke(complete, one.ctx, one)),
      ...Array.from({ length: 4 }, () => invoke(fail, one.ctx, { ...one, reason: 'no paper', retry: false })),
    ])
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.task.status] : []))
    expect(won).toHaveLength(1)
    expect(await outcomes(one)).toEqual([`${won[0]} ${won[0]}`])
    expect((await actionOf(one)).status).toBe(won[0])
    expect((await held(one)).calls).toBe(1)
  }
})

test('a task that nobody had to allow settles what the guard held for it', async () => {
  const { admin, ctx } = await withAgent(server.runtime, { policies: 'none' })
  const rules = { scope: 'org', window: 'day', limit_usd: 1 }
  await invoke(createPolicy, admin, { name: 'spend', policy_type: 'budget', rules })
  const { task_id } = await queued(ctx)
  const { lease_token } = await invoke(claim, ctx, { agent_id: 'a1' })
  await invoke(complete, ctx, { task_id, lease_token: lease_token ?? '', cost_usd: 0.75 })
  const one = { admin, ctx, task_id, action_id: '' }
  expect(await held(one)).toEqual({ used: 750_000, calls: 1, reserved: 0 })
})

test('400 for a cost of a task that goes on', async () => {
  const one = await started()
  const told = invoke(update, one.ctx, { task_id: one.task_id, lease_token: one.lease_token, progress: 5, cost_usd: 1 })
  await expect(told).rejects.toMatchObject({ code: 'invalid_input' })
})
