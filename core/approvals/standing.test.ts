import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancel } from '#core/actions/cancel.op'
import { create } from '#core/actions/create.op'
import { reportOutcome } from '#core/actions/report-outcome.op'
import { sweepLostOutcomes } from '#core/actions/index'
import { catastrophic, recorded, risky } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'
import { wait } from './wait.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const nothing = { approved: false, denied: false, expired: false, timed_out: false, released: false }

async function people() {
  const org = await testOrg(server.runtime)
  return { agent: await org.as('member'), admin: await org.as('admin') }
}

test('an approved act that was withdrawn is not told as approved, and not as denied', async () => {
  const { agent, admin } = await people()
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await invoke(cancel, agent, { action_id })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ ...nothing, denial_reason: null })
  expect(told.next).toContain('withdrawn')
})

test('an action that is recorded as pending has not been denied', async () => {
  const { agent } = await people()
  const { action_id } = await recorded(agent, { status: 'pending' })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ ...nothing, timed_out: true, denial_reason: null })
})

test.each(['completed', 'partial', 'failed'] as const)('an act that ended as %s is told as ended', async (status) => {
  const { agent } = await people()
  const { action_id } = await recorded(agent)
  await invoke(reportOutcome, agent, { action_id, status, error_message: 'no', progress: { done: 1 } })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ ...nothing, denial_reason: null })
  expect(told.next).toContain('ended already')
})

test('an act whose outcome was lost, and one a policy blocked, are told as such', async () => {
  const { agent } = await people()
  const { action_id } = await recorded(agent)
  server.advance(16 * 60_000)
  await sweepLostOutcomes(server.runtime)
  const lost = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(lost).toMatchObject({ ...nothing, denial_reason: null })
  const blocked = await invoke(create, agent, catastrophic).catch(
    (error: { data: { action_id: string } }) => error.data,
  )
  const told = await invoke(wait, agent, { action_id: blocked.action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ ...nothing, denial_reason: null })
  expect(told.next).toContain('blocked')
})

test('a denial without a reason is a denial', async () => {
  const { agent, admin } = await people()
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'deny' })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ ...nothing, denied: true, denial_reason: 'Denied by human operator' })
})
