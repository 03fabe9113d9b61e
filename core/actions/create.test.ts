import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { evaluate } from '#core/guard/evaluate.op'
import { listDecisions } from '#core/guard/list-decisions.op'
import { start } from '#core/halt/start.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { catastrophic, harmless, reasonsOf, recorded, risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const member = async () => (await testOrg(server.runtime)).as('member')
const statusOf = (output: Parameters<NonNullable<typeof create.rest.status>>[0]) => create.rest.status?.(output)

test('201 with the action, its id, the authoritative verdict and the redaction', async () => {
  const ctx = await member()
  const made = await invoke(create, ctx, { ...harmless, confidence: 80, systems_touched: ['git'], reversible: false })
  expect(statusOf(made)).toBe(201)
  expect(made.action_id).toMatch(/^act_[0-9a-f-]{36}$/)
  expect(made).toMatchObject({
    action: {
      action_id: made.action_id,
      id: made.action_id,
      org_id: ctx.actor.orgId,
      agent_id: 'a1',
      status: 'running',
      outcome_status: 'pending',
      reversible: false,
      confidence: 80,
      systems_touched: ['git'],
      created_by: ctx.actor.principalId,
      approved_by: null,
      cost_estimate: null,
    },
    decision: { decision: 'allow', action_id: made.action_id },
    security: { clean: true, findings_count: 0 },
  })
})

test('202 when a policy asks for a person, with the expiry of 24 hours or of the declared wait and 15 minutes', async () => {
  const ctx = await member()
  const made = await invoke(create, ctx, risky)
  expect(statusOf(made)).toBe(202)
  expect(made).toMatchObject({ action: { status: 'pending_approval' }, decision: { decision: 'require_approval' } })
  expect(lasts(made.action)).toBe(24 * 60)
  const short = await invoke(create, ctx, { ...risky, declared_goal: 'soon', approval_wait_seconds: 300 })
  expect(lasts(short.action)).toBe(20)
})

const lasts = (action: { created_at: string; approval_expires_at: string | null }): number =>
  (Date.parse(action.approval_expires_at ?? '') - Date.parse(action.created_at)) / 60_000

test('202 when the agent itself asks for a person', async () => {
  const made = await invoke(create, await member(), { ...harmless, status: 'pending_approval' })
  expect(made.action).toMatchObject({ status: 'pending_approval', approved_by: null })
})

test('403 blocked with the row and the verdict; the row stays on record', async () => {
  const ctx = await member()
  const fault = await invoke(create, ctx, { ...catastrophic, status: 'running' }).catch((error: unknown) => error)
  expect(fault).toMatchObject({
    code: 'blocked',
    status: 403,
    message: 'Action blocked by policy',
    data: { action: { status: 'blocked', outcome_status: 'failed' }, decision: { decision: 'block' } },
  })
  expect((await invoke(list, ctx, { status: 'blocked' })).actions).toHaveLength(1)
})

test('200 replays the same key and body, 409 for another body', async () => {
  const ctx = await member()
  const first = await invoke(create, ctx, { ...harmless, idempotency_key: 'k1' })
  const again = await invoke(create, ctx, { ...harmless, idempotency_key: 'k1' })
  expect(statusOf(again)).toBe(200)
  expect(again).toMatchObject({ action: first.action, action_id: first.action_id, idempotent_replay: true })
  expect(again.decision).toMatchObject({ decision: 'allow', decision_id: first.action.guard_decision_id })
  const other = { ...harmless, declared_goal: 'other', idempotency_key: 'k1' }
  await expect(invoke(create, ctx, other)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 409 })
})

test('ten parallel calls with one key make one action; the others are told it or told to ask again', async () => {
  const ctx = await member()
  const calls = Array.from({ length: 10 }, () => invoke(create, ctx, { ...harmless, idempotency_key: 'k1' }))
  const results = await Promise.allSettled(calls)
  for (const reason of reasonsOf(results)) expect(reason).toMatchObject({ code: 'conflict' })
  expect((await invoke(list, ctx, {})).total).toBe(1)
})

test('409 for an id that is taken, the id of the caller otherwise', async () => {
  const ctx = await member()
  expect(await recorded(ctx, { action_id: 'mine-1' })).toMatchObject({ action_id: 'mine-1' })
  await expect(recorded(ctx, { action_id: 'mine-1' })).rejects.toMatchObject({ code: 'conflict' })
  expect(await recorded(await member(), { action_id: 'mine-1' })).toMatchObject({ action_id: 'mine-1' })
})

test('an act is counted once: guard, then create, is one decision counted and two on record', async () => {
  const ctx = await member()
  const asked = await invoke(evaluate, ctx, harmless)
  const made = await invoke(create, ctx, harmless)
  expect(made.action.guard_decision_id).not.toBe(asked.decision_id)
  const { decisions } = await invoke(listDecisions, ctx, {})
  expect(decisions).toMatchObject([{ source: 'action', prior_decision_id: asked.decision_id }, { source: 'guard' }])
  const next = await invoke(create, ctx, harmless)
  const [latest] = (await invoke(listDecisions, ctx, {})).decisions
  expect(latest).toMatchObject({ id: next.action.guard_decision_id, prior_decision_id: null })
})

test('of parallel actions that name one guard decision one answers it', async () => {
  const ctx = await member()
  const { decision_id } = await invoke(evaluate, ctx, harmless)
  await Promise.all(
    Array.from({ length: 8 }, () => invoke(create, ctx, { ...harmless, guard_decision_id: decision_id })),
  )
  const { decisions } = await invoke(listDecisions, ctx, { limit: 50 })
  expect(decisions.filter((one) => one.prior_decision_id === decision_id)).toHaveLength(1)
  expect(decisions.filter((one) => one.source === 'action')).toHaveLength(8)
})

test('a pending act is resumed, an approved one is handed out once', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  expect(await invoke(create, ctx, risky)).toMatchObject({
    action_id,
    resumed: true,
    action: { status: 'pending_approval' },
  })
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  const retries = await Promise.all(Array.from({ length: 5 }, () => invoke(create, ctx, risky)))
  expect(retries.filter((one) => one.action_id === action_id && one.action.status === 'running')).toHaveLength(1)
  for (const one of retries.filter((one) => one.action_id !== action_id))
    expect(one.action.status).toBe('pending_approval')
})

test('403 while the org is halted, also for an act that was allowed before', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(evaluate, ctx, harmless)
  await invoke(start, await org.as('admin'), { reason: 'incident' })
  await expect(invoke(create, ctx, harmless)).rejects.toMatchObject({ code: 'blocked' })
})

test('cost comes from tokens and model when it is not given, is unknown without a price, and is clamped', async () => {
  const ctx = await member()
  const tokens = { tokens_in: 1000, tokens_out: 1000 }
  const priced = await recorded(ctx, { ...tokens, model: 'claude-sonnet-4-5' })
  expect(priced).toMatchObject({ priced: true, cost_estimate: 0.018 })
  expect(await recorded(ctx, { ...tokens, model: 'no-such-model' })).toMatchObject({
    priced: false,
    cost_estimate: null,
  })
  expect(await recorded(ctx, { cost_estimate: 1e9, tokens_in: 1e12 })).toMatchObject({
    cost_estimate: 10_000,
    tokens_in: 10_000_000,
  })
})

test('secrets in free text are stored redacted and reported', async () => {
  const key = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const made = await invoke(create, await member(), { ...harmless, reasoning: `use ${key}` })
  expect(made.action.reasoning).not.toContain(key)
  expect(made.security).toMatchObject({ clean: false })
})

test('a start in any offset of ISO 8601 is stored as the moment it is', async () => {
  const made = await invoke(create, await member(), { ...harmless, timestamp_start: '2026-01-01T00:00:00+23:00' })
  expect(made.action.timestamp_start).toBe('2025-12-31T01:00:00.000Z')
})

test('400 without an agent, 403 when a bound key names another', async () => {
  const org = await testOrg(server.runtime)
  const { agent_id: _, ...anonymous } = harmless
  await expect(invoke(create, await org.as('member'), anonymous)).rejects.toMatchObject({ code: 'invalid_input' })
  const bound = await org.as('member', { agentId: 'a2' })
  expect((await invoke(create, bound, anonymous)).action.agent_id).toBe('a2')
  await expect(invoke(create, bound, harmless)).rejects.toMatchObject({ code: 'AGENT_MISMATCH' })
})

test.each([
  ['a guard decision id as action id', { action_id: 'act_gd_0123456789abcdef' }, 'action_id'],
  ['an id whose path leads to the stats', { action_id: 'stats' }, 'action_id'],
  ['an id whose path leads to the costs', { action_id: 'costs' }, 'action_id'],
  ['an id whose path leads to the loops', { action_id: 'loops' }, 'action_id'],
  ['an id whose path leads to the signals', { action_id: 'signals' }, 'action_id'],
  ['a confidence above 100', { confidence: 101 }, 'confidence'],
  ['a negative cost', { cost_estimate: -1 }, 'cost_estimate'],
  ['a day that does not exist', { timestamp_start: '2026-02-30T00:00:00Z' }, 'timestamp_start'],
  ['a year that no database holds', { timestamp_start: '0000-01-01T00:00:00Z' }, 'timestamp_start'],
  ['a goal that is missing', { declared_goal: null }, 'declared_goal'],
  ['an unknown status', { status: 'unknown' }, 'status'],
])('400 names %s', async (_, more, where) => {
  const fault = await invoke(create, await member(), { ...harmless, ...more }).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'invalid_input', details: [expect.stringContaining(where) as string] })
})
