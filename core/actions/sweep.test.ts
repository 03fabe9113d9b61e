import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { wait } from '#core/approvals/wait.op'
import { evaluate } from '#core/guard/evaluate.op'
import { create } from './create.op.ts'
import { expireDueApprovals } from './expiry.ts'
import { get } from './get.op.ts'
import { list } from './list.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { sweepLostOutcomes } from './sweep.ts'
import { recorded, risky } from './test-actions.ts'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('an outcome that nobody reported is lost after the time of its org, once, whoever sweeps', async () => {
  const org = await testOrg(server.runtime)
  const slow = await testOrg(server.runtime)
  await invoke(update, await slow.as('admin'), { settings: { outcome_timeout_minutes: 60 } })
  const ctx = await org.as('member')
  const made = await Promise.all(Array.from({ length: 10 }, () => recorded(ctx)))
  const patient = await recorded(await slow.as('member'))
  expect(await sweepLostOutcomes(server.runtime)).toBe(0)
  server.advance(16 * 60_000)
  const [one, two] = await Promise.all([sweepLostOutcomes(server.runtime), sweepLostOutcomes(server.runtime)])
  expect(one + two).toBe(10)
  const { actions, stats } = await invoke(list, ctx, { outcome_status: 'lost_confirmation' })
  expect(actions.map((action) => action.action_id).toSorted()).toEqual(
    made.map((action) => action.action_id).toSorted(),
  )
  expect(actions.every((action) => action.status === 'unknown' && action.close_source === 'sweep')).toBe(true)
  expect(stats.failed).toBe(10)
  const signals = ctx.db
    .selectFrom('event')
    .select('ref')
    .where('org_id', '=', org.orgId)
    .where('name', '=', 'signal.detected')
  expect(await signals.execute()).toHaveLength(10)
  const waiting = await invoke(get, await slow.as('member'), { action_id: patient.action_id })
  expect(waiting.action.outcome_status).toBe('pending')
})

test('issue 2: an approved act that nobody fetched expires without an approver, and is not released afterwards', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(update, await org.as('admin'), { settings: { outcome_timeout_minutes: 1 } })
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  server.advance(2 * 60_000)
  expect(await sweepLostOutcomes(server.runtime)).toBe(1)
  expect((await invoke(get, ctx, { action_id })).action).toMatchObject({ status: 'expired', approved_by: null })
  expect((await invoke(wait, ctx, { action_id })).next).toContain('not fetched in time')
  expect((await invoke(evaluate, ctx, risky)).decision).toBe('require_approval')
})

test('a report and the sweep at once: one of them is the outcome', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const made = await Promise.all(Array.from({ length: 5 }, () => recorded(ctx)))
  server.advance(16 * 60_000)
  const reports = made.map(({ action_id }) => invoke(reportOutcome, ctx, { action_id, status: 'completed' }))
  const [swept, ...told] = await Promise.allSettled([sweepLostOutcomes(server.runtime), ...reports])
  const reported = told.filter((result) => result.status === 'fulfilled').length
  expect(swept).toMatchObject({ status: 'fulfilled' })
  const lost = (await invoke(list, ctx, { outcome_status: 'lost_confirmation' })).actions.length
  expect(reported + lost).toBe(5)
})

test('approvals whose time is over expire once with two runners at once; a pending one is never lost', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const made = await Promise.all(
    Array.from({ length: 10 }, () => recorded(ctx, { status: 'pending_approval', approval_wait_seconds: 5 })),
  )
  server.advance(14 * 60_000)
  expect(await expireDueApprovals(server.runtime)).toBe(0)
  server.advance(2 * 60_000)
  expect(await sweepLostOutcomes(server.runtime)).toBe(0)
  const [one, two] = await Promise.all([expireDueApprovals(server.runtime), expireDueApprovals(server.runtime)])
  expect(one + two).toBe(made.length)
  const { actions } = await invoke(list, ctx, { status: 'expired' })
  expect(actions).toHaveLength(10)
  expect(actions.every((action) => action.approved_by === null && action.outcome_status === 'failed')).toBe(true)
})
