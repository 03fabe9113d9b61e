import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create as createVersion } from '#core/agent-versions/create.op'
import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { decide } from '#core/approvals/decide.op'
import { start as halt } from '#core/halt/start.op'
import { invoke } from '#core/kernel/invoke'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { claim } from './claim.op.ts'
import { get } from './get.op.ts'
import { queued, told, withAgent } from './test-tasks.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('by priority, then by age; then there is nothing to do', async () => {
  const { ctx } = await withAgent(server.runtime)
  const ids = []
  for (const priority of ['low', 'high', 'medium', 'high', 'urgent'] as const) {
    ids.push((await queued(ctx, { priority })).task_id)
  }
  const taken = []
  for (let n = 0; n < 5; n += 1) taken.push((await invoke(claim, ctx, { agent_id: 'a1' })).task?.task_id)
  expect(taken).toEqual([ids[4], ids[1], ids[3], ids[2], ids[0]])
  expect(await invoke(claim, ctx, { agent_id: 'a1' })).toEqual({ task: null, lease_token: null })
})

test('the claimed task runs under a lease and a recorded guard decision; its token is kept as a hash', async () => {
  const { org, ctx } = await withAgent(server.runtime)
  const { task_id } = await queued(ctx, { title: 'Write the report' })
  const bound = await org.as('member', { agentId: 'a1', name: 'worker' })
  const { task, lease_token } = await invoke(claim, bound, { lease_seconds: 30 })
  expect(task).toMatchObject({ task_id, status: 'running', attempts: 1, worker: 'worker' })
  const rows = ctx.db.selectFrom('task').selectAll().where('task_id', '=', task_id)
  const row = await rows.executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(lease_token)
  const decision = await ctx.db
    .selectFrom('guard_decision')
    .select(['action_type', 'declared_goal', 'agent_id', 'decision'])
    .where('id', '=', task?.decision_id ?? '')
    .executeTakeFirst()
  expect(decision).toEqual({
    action_type: 'task.run',
    declared_goal: 'Write the report',
    agent_id: 'a1',
    decision: 'allow',
  })
  expect(await told(ctx, task_id)).toEqual(['task.created', 'task.started'])
})

test('a worker that runs one version gets the tasks of that version alone', async () => {
  const { ctx } = await withAgent(server.runtime)
  const one = (await invoke(createVersion, ctx, { agent_id: 'a1', prompt: 'one' })).version.version_id
  const two = (await invoke(createVersion, ctx, { agent_id: 'a1', prompt: 'two' })).version.version_id
  await queued(ctx, { version_id: one })
  expect((await invoke(claim, ctx, { agent_id: 'a1', version_id: two })).task).toBeNull()
  expect((await invoke(claim, ctx, { agent_id: 'a1', version_id: one })).task).toMatchObject({ version_id: one })
})

describe('the guard is asked first', () => {
  test('a pause keeps the task in the queue; after it the task is claimed at once', async () => {
    const { admin, ctx } = await withAgent(server.runtime)
    const { task_id } = await queued(ctx)
    await invoke(pause, admin, { agent_id: 'a1', reason: 'looks odd' })
    await expect(invoke(claim, ctx, { agent_id: 'a1' })).rejects.toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('looks odd'),
      data: { task_id, matched_policies: ['builtin:pause'] },
    })
    expect((await invoke(get, ctx, { task_id })).task).toMatchObject({ status: 'queued', attempts: 0 })
    await invoke(resume, admin, { agent_id: 'a1' })
    expect((await invoke(claim, ctx, { agent_id: 'a1' })).task?.task_id).toBe(task_id)
  })

  test('a halt blocks it', async () => {
    const { admin, ctx } = await withAgent(server.runtime)
    await queued(ctx)
    await invoke(halt, admin, { reason: 'incident' })
    await expect(invoke(claim, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'blocked' })
  })

  test('a task that a policy blocks lets the next ones go first', async () => {
    const { admin, ctx } = await withAgent(server.runtime)
    const when = 'declared_goal.contains("forbidden")'
    const rules = { when, action: 'block', action_types: ['task.run'] }
    await invoke(createPolicy, admin, { name: 'no', policy_type: 'condition', rules })
    const bad = await queued(ctx, { title: 'a forbidden thing', priority: 'urgent' })
    const good = await queued(ctx, { title: 'a fine thing' })
    await expect(invoke(claim, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ data: { task_id: bad.task_id } })
    expect((await invoke(claim, ctx, { agent_id: 'a1' })).task?.task_id).toBe(good.task_id)
    await expect(invoke(update, ctx, { task_id: bad.task_id, status: 'running' })).rejects.toMatchObject({
      code: 'blocked',
    })
  })

  test.each([
    ['allow', 'running', /^null$/],
    ['deny', 'failed', /^Denied by .*because$/],
  ] as const)('where a person has to say yes, %s makes it %s', async (decision, status, reason) => {
    const { admin, ctx } = await withAgent(server.runtime)
    const rules = { action_types: ['task.run'] }
    await invoke(createPolicy, admin, { name: 'ask', policy_type: 'require_approval', rules })
    const { task_id } = await queued(ctx)
    const asked = await invoke(claim, ctx, { agent_id: 'a1' })
    expect(asked).toMatchObject({ task: null, lease_token: null, waiting: { task_id } })
    server.advance(6000)
    const again = await invoke(claim, ctx, { agent_id: 'a1' })
    expect(again.waiting?.action_id).toBe(asked.waiting?.action_id)
    const action_id = asked.waiting?.action_id ?? ''
    await invoke(decide, admin, { action_id, decision, reasoning: 'because' })
    server.advance(6000)
    const then = await invoke(claim, ctx, { agent_id: 'a1' })
    expect(then.task?.task_id).toBe(decision === 'allow' ? task_id : undefined)
    const shown = (await invoke(get, ctx, { task_id })).task
    expect(shown.status).toBe(status)
    expect(String(shown.reason)).toMatch(reason)
  })

  test('what cannot be decided is not handed out: without a ledger head the claim fails and the task stays', async () => {
    const { ctx } = await withAgent(server.runtime)
    const { task_id } = await queued(ctx)
    await ctx.db.updateTable('ledger_head').set({ org_id: 'org_gone' }).where('org_id', '=', ctx.actor.orgId).execute()
    await expect(invoke(claim, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ name: 'Fault' })
    expect((await invoke(get, ctx, { task_id })).task).toMatchObject({ status: 'queued', attempts: 0 })
  })
})

test('400 without an agent, 403 for another agent than the key’s, 404 for one that is not there', async () => {
  const { org, ctx } = await withAgent(server.runtime)
  await expect(invoke(claim, ctx, {})).rejects.toMatchObject({ code: 'invalid_input' })
  const bound = await org.as('member', { agentId: 'a2' })
  await expect(invoke(claim, bound, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'AGENT_MISMATCH' })
  await expect(invoke(claim, ctx, { agent_id: 'a9' })).rejects.toMatchObject({ code: 'not_found' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(claim, stranger, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'not_found' })
})
