import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { cancel } from './cancel.op.ts'
import { create } from './create.op.ts'
import { get } from './get.op.ts'
import { list } from './list.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { reasonsOf, recorded, risky, settledAs } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const member = async () => (await testOrg(server.runtime)).as('member')

test('200 writes the outcome once and closes the action', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const told = await invoke(reportOutcome, ctx, { action_id, status: 'completed', summary: 'merged' })
  expect(told).toMatchObject({
    outcome: { action_id, status: 'completed', summary: 'merged', error_message: null, progress: null, retry: 'SKIP' },
    security: { clean: true },
  })
  expect(told.outcome.elapsed_ms).toBeGreaterThanOrEqual(0)
  const { action } = await invoke(get, ctx, { action_id })
  expect(action).toMatchObject({ status: 'completed', outcome_status: 'completed', close_source: 'outcome' })
  expect(action.timestamp_end).not.toBeNull()
})

test('of ten parallel reporters one wins, nine get 409 with the outcome that stands', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const reports = Array.from({ length: 10 }, (_, n) =>
    invoke(
      reportOutcome,
      ctx,
      n % 2 === 0 ? { action_id, status: 'completed' } : { action_id, status: 'failed', error_message: 'no' },
    ),
  )
  const results = await Promise.allSettled(reports)
  expect(settledAs(results, 'fulfilled')).toBe(1)
  const { action } = await invoke(get, ctx, { action_id })
  for (const reason of reasonsOf(results)) {
    expect(reason).toMatchObject({
      code: 'conflict',
      message: 'outcome already set',
      data: { current_status: action.outcome_status },
    })
  }
  const { stats } = await invoke(list, ctx, {})
  expect(stats.completed + stats.failed).toBe(1)
  const entries = await ctx.db
    .selectFrom('ledger_entry')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('kind', '=', 'outcome')
    .execute()
  expect(entries).toHaveLength(1)
})

test('200 partial keeps the progress, redacted; the advice is to clean up first', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const progress = { done: ['a'], note: ['AKIA', 'IOSFODNN7EXAMPLQ'].join('') }
  const { outcome } = await invoke(reportOutcome, ctx, { action_id, status: 'partial', progress })
  expect(outcome).toMatchObject({ status: 'partial', progress: { done: ['a'] }, retry: 'CLEANUP_THEN_RETRY' })
  expect(JSON.stringify(outcome.progress)).not.toContain(progress.note)
})

test('issue 2: a cut leaves no half character, and secrets in the progress are reported', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const { outcome, security } = await invoke(reportOutcome, ctx, {
    action_id,
    status: 'failed',
    error_message: `${'ab '.repeat(1333)}😀`,
    progress: { note: ['AKIA', 'IOSFODNN7EXAMPLQ'].join('') },
  })
  expect(outcome.error_message?.isWellFormed()).toBe(true)
  expect(outcome.error_message).toHaveLength(4000)
  expect(security).toMatchObject({ clean: false, findings_count: 1 })
})

test('texts are cut at 4000 characters', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const { outcome } = await invoke(reportOutcome, ctx, { action_id, status: 'completed', summary: 'ab '.repeat(2000) })
  expect(outcome.summary).toHaveLength(4000)
})

test.each([
  ['failed without a reason', { status: 'failed' }, 'error_message'],
  ['partial without progress', { status: 'partial' }, 'progress'],
  ['progress above 8 KiB', { status: 'partial', progress: { log: 'x'.repeat(8192) } }, 'progress'],
  ['an unknown status', { status: 'done' }, 'status'],
])('400 for %s', async (_, more, where) => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const fault = await invoke(reportOutcome, ctx, { action_id, ...more }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [expect.stringContaining(where) as string] })
})

test('409 for an act that was never let through: pending, cancelled', async () => {
  const ctx = await member()
  const { action_id } = await invoke(create, ctx, risky)
  const report = () => invoke(reportOutcome, ctx, { action_id, status: 'completed' })
  await expect(report()).rejects.toMatchObject({ code: 'conflict', data: { current_status: 'pending_approval' } })
  await invoke(cancel, ctx, { action_id })
  await expect(report()).rejects.toMatchObject({ code: 'conflict' })
})

test('an approved act that was reported is not released a second time', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  await invoke(reportOutcome, ctx, { action_id, status: 'completed' })
  expect((await invoke(evaluate, ctx, risky)).decision).toBe('require_approval')
})

test('404 across orgs, for another agent of the org, and with a hint for a decision id', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  const sent = { action_id, status: 'completed' }
  for (const ctx of [await member(), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(reportOutcome, ctx, sent)).rejects.toMatchObject({
      code: 'not_found',
      message: 'Action not found',
    })
  }
  const own = await org.as('member', { agentId: 'a1' })
  const decision = { ...sent, action_id: 'act_gd_0123456789abcdef' }
  await expect(invoke(reportOutcome, own, decision)).rejects.toMatchObject({ code: 'WRONG_ID_KIND' })
  expect(await invoke(reportOutcome, own, sent)).toMatchObject({ outcome: { status: 'completed' } })
})
