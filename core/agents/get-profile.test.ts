import { afterAll, beforeAll, expect, test } from 'vitest'
import { catastrophic, recorded, risky } from '#core/actions/test-actions'
import { reportOutcome } from '#core/actions/report-outcome.op'
import { sweepLostOutcomes } from '#core/actions/index'
import { create as assume } from '#core/assumptions/create.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { create as openLoop } from '#core/loops/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { getProfile } from './get-profile.op.ts'
import { heartbeat } from './heartbeat.op.ts'
import { pause } from './pause.op.ts'

const DAY = 86_400_000

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 with the record of the agent, none of which is made up when there is none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await invoke(heartbeat, ctx, { agent_id: 'a1' })
  const none = await invoke(getProfile, ctx, { agent_id: 'a1' })
  expect(none).toMatchObject({
    agent: { agent_id: 'a1', presence: { status: 'online' } },
    trust: { risk_score: null, completion_rate: null, actions: 0, decisions: 0 },
    signals: [],
    assumptions_summary: { total: 0 },
  })
  const done = await recorded(ctx)
  const failed = await recorded(ctx)
  await recorded(ctx, { agent_id: 'a2' })
  await invoke(reportOutcome, ctx, { action_id: done.action_id, status: 'completed' })
  await invoke(reportOutcome, ctx, { action_id: failed.action_id, status: 'failed', error_message: 'no' })
  await invoke(evaluate, ctx, catastrophic)
  await invoke(evaluate, ctx, risky)
  await invoke(assume, ctx, { action_id: done.action_id, assumption: 'the tests ran' })
  const { agent, trust, assumptions_summary: assumed } = await invoke(getProfile, ctx, { agent_id: 'a1' })
  expect(agent.action_count).toBe(2)
  expect(trust).toEqual({
    window_days: 30,
    risk_score: Math.round((done.risk_score + failed.risk_score) / 2),
    actions: 2,
    completed: 1,
    failed: 1,
    completion_rate: 0.5,
    high_risk: 0,
    decisions: 4,
    blocked: 1,
    asked: 1,
  })
  expect(assumed).toEqual({ total: 1, at_risk: 0, validated: 0, invalidated: 0, unvalidated: 1 })
})

test('signals: paused, silent at work, lost outcomes, stale loops; red ones first', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  await invoke(openLoop, ctx, { action_id, loop_type: 'question', description: 'who owns it?' })
  server.advance(8 * DAY)
  await recorded(ctx)
  server.advance(2 * 3_600_000)
  await sweepLostOutcomes(server.runtime)
  await invoke(heartbeat, ctx, { agent_id: 'a1', status: 'busy', current_task_id: 't-1' })
  server.advance(11 * 60_000)
  await invoke(pause, await org.as('admin'), { agent_id: 'a1', reason: 'odd' })
  const { signals } = await invoke(getProfile, ctx, { agent_id: 'a1' })
  expect(signals.map(({ type, severity }) => `${severity} ${type}`)).toEqual([
    'red agent_silent',
    'red lost_confirmation',
    'amber agent_paused',
    'amber stale_loop',
  ])
  expect(signals[0]).toMatchObject({ agent_id: 'a1', detail: expect.stringContaining('t-1') })
  expect(signals[1]?.detail).toContain('1 of its latest actions')
  expect(signals[2]?.detail).toContain('odd')
})

test('404 for an unknown agent, one of another org, and by a key of another agent', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(heartbeat, ctx, { agent_id: 'a1' })
  const missing = { code: 'not_found' }
  await expect(invoke(getProfile, ctx, { agent_id: 'a2' })).rejects.toMatchObject(missing)
  const other = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(getProfile, other, { agent_id: 'a1' })).rejects.toMatchObject(missing)
  const bound = await org.as('member', { agentId: 'a2' })
  await expect(invoke(getProfile, bound, { agent_id: 'a1' })).rejects.toMatchObject(missing)
})
