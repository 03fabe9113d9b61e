import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { list as listApprovals } from '#core/approvals/list.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { cancel } from './cancel.op.ts'
import { create } from './create.op.ts'
import { get } from './get.op.ts'
import { recorded, risky, settledAs } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 ends a running action with the reason', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const { action } = await invoke(cancel, ctx, { action_id, reason: 'not needed' })
  expect(action).toMatchObject({
    status: 'cancelled',
    outcome_status: 'failed',
    error_message: 'not needed',
    close_source: 'cancel',
  })
})

test('200 withdraws the pending approval with it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(cancel, ctx, { action_id })
  expect(await invoke(listApprovals, ctx, {})).toMatchObject({
    approvals: [{ action_id, state: 'withdrawn', decided_by: null }],
  })
})

test('an approved act that was cancelled is not released any more', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  await invoke(cancel, ctx, { action_id })
  expect((await invoke(evaluate, ctx, risky)).decision).toBe('require_approval')
})

test('issue 2: nobody is named as approver of an act that was withdrawn before anybody was handed it', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const allow = { decision: 'allow' }
  const first = await invoke(create, ctx, risky)
  await invoke(decide, await org.as('admin'), { action_id: first.action_id, ...allow })
  const unfetched = await invoke(cancel, ctx, { action_id: first.action_id })
  expect(unfetched.action).toMatchObject({ status: 'cancelled', approved_by: null })
  const second = await invoke(create, ctx, { ...risky, declared_goal: 'another' })
  await invoke(decide, await org.as('admin'), { action_id: second.action_id, ...allow })
  await invoke(get, ctx, { action_id: second.action_id })
  const fetched = await invoke(cancel, ctx, { action_id: second.action_id })
  expect(fetched.action).toMatchObject({ status: 'cancelled', approved_by: 'admin key' })
})

test('a person and the agent at once: one of them decides, never both', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  for (let round = 0; round < 5; round += 1) {
    const { action_id } = await invoke(create, ctx, { ...risky, declared_goal: `round ${round}` })
    const [cancelled, decided] = await Promise.allSettled([
      invoke(cancel, ctx, { action_id }),
      invoke(decide, admin, { action_id, decision: 'deny' }),
    ])
    expect([cancelled.status, decided.status].toSorted()).toEqual(['fulfilled', 'rejected'])
  }
})

test('409 when it has ended; of ten parallel callers one cancels', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => invoke(cancel, ctx, { action_id })))
  expect(settledAs(results, 'fulfilled')).toBe(1)
  await expect(invoke(cancel, ctx, { action_id })).rejects.toMatchObject({ code: 'conflict' })
})

test('404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  for (const ctx of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(cancel, ctx, { action_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
