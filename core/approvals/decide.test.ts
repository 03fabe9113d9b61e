import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancel } from '#core/actions/cancel.op'
import { create } from '#core/actions/create.op'
import { get } from '#core/actions/get.op'
import { pause } from '#core/agents/pause.op'
import { evaluate } from '#core/guard/evaluate.op'
import { start as halt } from '#core/halt/start.op'
import { stop as resume } from '#core/halt/stop.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { update as updateSettings } from '#core/settings/update.op'
import { decide } from './decide.op.ts'
import { wait } from './wait.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** Needs a person by the default policies. */
const risky = {
  agent_id: 'a1',
  action_type: 'security',
  declared_goal: 'clean the data directory',
  act: { kind: 'shell', command: 'git push --force origin feature' },
}

async function pending(org: TestOrg): Promise<{ agent: Context; actionId: string }> {
  const agent = await org.as('member')
  const made = await invoke(create, agent, risky)
  expect(made.action).toMatchObject({ status: 'pending_approval', approved_by: null })
  return { agent, actionId: made.action_id }
}

test('200 approves, wakes the waiting agent and hands the act out once', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  const waiting = invoke(wait, agent, { action_id: actionId, timeout_seconds: 20 })
  const admin = await org.as('admin')
  const decided = await invoke(decide, admin, { action_id: actionId, decision: 'allow' })
  expect(decided).toMatchObject({ success: true, action: { status: 'running', approved_by: 'admin key' } })
  expect(await waiting).toMatchObject({ approved: true, released: true, denied: false, timed_out: false })
  expect(await invoke(wait, agent, { action_id: actionId, timeout_seconds: 0 })).toMatchObject({
    approved: true,
    released: false,
  })
})

test('200 denies with the reason; approved_by stays empty', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  await invoke(decide, await org.as('admin'), { action_id: actionId, decision: 'deny', reasoning: 'not today' })
  const told = await invoke(wait, agent, { action_id: actionId, timeout_seconds: 1 })
  expect(told).toMatchObject({
    approved: false,
    denied: true,
    denial_reason: 'not today',
    action: { status: 'failed', approved_by: null },
  })
})

test('of ten people who decide at once exactly one wins, the others get 409', async () => {
  const org = await testOrg(server.runtime)
  const { actionId } = await pending(org)
  const admins = await Promise.all(Array.from({ length: 10 }, (_, n) => org.as('admin', { name: `person ${n}` })))
  const results = await Promise.allSettled(
    admins.map((admin, n) => invoke(decide, admin, { action_id: actionId, decision: n % 2 === 0 ? 'allow' : 'deny' })),
  )
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
  )
  expect(refused).toEqual(Array.from({ length: 9 }, () => 'conflict'))
})

test('an approved act is released to exactly one of ten retries of guard', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  await invoke(decide, await org.as('admin'), { action_id: actionId, decision: 'allow' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => invoke(evaluate, agent, risky)))
  expect(answers.filter((answer) => answer.decision === 'allow')).toHaveLength(1)
  expect(answers.filter((answer) => answer.decision === 'require_approval')).toHaveLength(9)
})

test('an approval covers its act only: another command asks again', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  await invoke(decide, await org.as('admin'), { action_id: actionId, decision: 'allow' })
  const other = await invoke(evaluate, agent, {
    ...risky,
    act: { kind: 'shell', command: 'git push --force origin topic' },
  })
  expect(other.decision).toBe('require_approval')
})

test('a retry of a pending act answers the pending action, not a second one', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  expect(await invoke(create, agent, risky)).toMatchObject({ action_id: actionId, resumed: true })
})

test('403 APPROVER_IDENTITY_REQUIRED for a key bound to an agent, 403 without the scope', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  await expect(invoke(decide, agent, { action_id: actionId, decision: 'allow' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  const bound = await org.as('member', { agentId: 'a1', scopes: ['approvals:decide', 'actions:read'] })
  await expect(invoke(decide, bound, { action_id: actionId, decision: 'allow' })).rejects.toMatchObject({
    code: 'APPROVER_IDENTITY_REQUIRED',
  })
})

test('403 SELF_APPROVAL from the second approver on; alone an operator may approve', async () => {
  const org = await testOrg(server.runtime)
  const alone = await org.as('admin')
  const first = await invoke(create, alone, risky)
  // testOrg made no other approver, so separation of duties is not on yet.
  await invoke(decide, alone, { action_id: first.action_id, decision: 'allow' })
  await org.as('admin', { name: 'second' })
  const next = await invoke(create, alone, { ...risky, declared_goal: 'again' })
  await expect(invoke(decide, alone, { action_id: next.action_id, decision: 'allow' })).rejects.toMatchObject({
    code: 'SELF_APPROVAL',
  })
  await invoke(updateSettings, alone, { settings: { separation_of_duties: 'off' } })
  expect(await invoke(decide, alone, { action_id: next.action_id, decision: 'allow' })).toMatchObject({ success: true })
})

test('404 with what to use instead when a guard decision id is waited for or approved', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const { decision_id } = await invoke(evaluate, agent, risky)
  for (const call of [
    invoke(wait, agent, { action_id: decision_id }),
    invoke(get, agent, { action_id: decision_id }),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'WRONG_ID_KIND', status: 404, data: { use: 'action_id' } })
  }
})

test('issue 2: 409 for an allow while the org is halted or the agent paused; a denial goes through', async () => {
  const org = await testOrg(server.runtime)
  const { actionId: action_id } = await pending(org)
  const admin = await org.as('admin')
  const allow = () => invoke(decide, admin, { action_id, decision: 'allow' })
  await invoke(halt, admin, { reason: 'incident' })
  await expect(allow()).rejects.toMatchObject({ code: 'conflict', data: { state: 'pending' } })
  await invoke(resume, admin, {})
  await invoke(pause, admin, { agent_id: risky.agent_id })
  await expect(allow()).rejects.toMatchObject({ code: 'conflict', data: { state: 'pending' } })
  expect(await invoke(decide, admin, { action_id, decision: 'deny' })).toMatchObject({ action: { approved_by: null } })
})

test('404 across orgs', async () => {
  const { actionId } = await pending(await testOrg(server.runtime))
  const stranger = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(decide, stranger, { action_id: actionId, decision: 'allow' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a withdrawn approval cannot be given any more', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  await invoke(cancel, agent, { action_id: actionId, reason: 'changed my mind' })
  await expect(invoke(decide, await org.as('admin'), { action_id: actionId, decision: 'allow' })).rejects.toMatchObject(
    {
      code: 'conflict',
      data: { state: 'withdrawn' },
    },
  )
})

test('allow with a grant lets the next act of the kind through until it runs out', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const onTarget = { ...risky, target: 'repo/topic' }
  const { action_id: actionId } = await invoke(create, agent, onTarget)
  const decided = await invoke(decide, await org.as('admin'), {
    action_id: actionId,
    decision: 'allow',
    grant_minutes: 30,
  })
  expect(decided.grant_policy_id).toMatch(/^gp_/)
  const next = {
    ...onTarget,
    declared_goal: 'once more',
    act: { kind: 'shell', command: 'git push --force origin topic' },
  }
  expect(await invoke(evaluate, agent, next)).toMatchObject({ decision: 'allow' })
  server.advance(31 * 60_000)
  expect(await invoke(evaluate, agent, { ...next, declared_goal: 'later' })).toMatchObject({
    decision: 'require_approval',
  })
})

test('410 after the expiry; the agent is told expired, never failed', async () => {
  const org = await testOrg(server.runtime)
  const { agent, actionId } = await pending(org)
  server.advance(25 * 3_600_000)
  await expect(invoke(decide, await org.as('admin'), { action_id: actionId, decision: 'allow' })).rejects.toMatchObject(
    {
      code: 'APPROVAL_EXPIRED',
    },
  )
  expect(await invoke(wait, agent, { action_id: actionId, timeout_seconds: 1 })).toMatchObject({
    expired: true,
    denied: false,
    action: { status: 'expired' },
  })
})
