import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { getOutcome } from './get-outcome.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { sweepLostOutcomes } from './sweep.ts'
import { recorded } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 pending: wait, with the time passed so far', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  server.advance(60_000)
  const told = await invoke(getOutcome, ctx, { action_id })
  expect(told).toMatchObject({ action_id, status: 'pending', outcome_at: null, summary: null, retry: 'WAIT' })
  expect(told.elapsed_ms).toBeGreaterThanOrEqual(60_000)
})

test.each([
  [{ status: 'completed', summary: 's' }, 'SKIP'],
  [{ status: 'failed', error_message: 'e' }, 'RETRY'],
  [{ status: 'partial', progress: { left: 1 } }, 'CLEANUP_THEN_RETRY'],
])('200 after %j: %s', async (report, retry) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  await invoke(reportOutcome, ctx, { action_id, ...report })
  expect(await invoke(getOutcome, ctx, { action_id })).toMatchObject({ status: report.status, retry })
})

test('200 lost_confirmation is unknown, never safe to retry', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  server.advance(16 * 60_000)
  await sweepLostOutcomes(server.runtime)
  expect(await invoke(getOutcome, ctx, { action_id })).toMatchObject({
    status: 'lost_confirmation',
    retry: 'VERIFY_THEN_RETRY',
  })
})

test('404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  for (const ctx of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(getOutcome, ctx, { action_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
