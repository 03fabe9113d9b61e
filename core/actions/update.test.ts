import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { listCosts } from './list-costs.op.ts'
import { recorded, settledAs } from './test-actions.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const member = async () => (await testOrg(server.runtime)).as('member')

test('200 closes a running action and sets its outcome with it', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const end = '2026-01-02T03:04:05.000Z'
  const { action, security } = await invoke(update, ctx, {
    action_id,
    status: 'cancelled',
    output_summary: 'no need',
    timestamp_end: end,
  })
  expect(action).toMatchObject({
    status: 'cancelled',
    outcome_status: 'failed',
    output_summary: 'no need',
    timestamp_end: end,
    close_source: 'update',
  })
  expect(security).toMatchObject({ clean: true })
})

test('issue 2: a closing without an end ends now; every text counts in the redaction', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const sent = { status: 'completed', side_effects: [['AKIA', 'IOSFODNN7EXAMPLQ'].join('')] }
  const { action, security } = await invoke(update, ctx, { action_id, ...sent })
  expect(action.timestamp_end).toBe(action.outcome_at)
  expect(security).toMatchObject({ clean: false, findings_count: 1 })
})

test('409 with the status when only close fields come after the end, 200 unchanged with close_if_running', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const { action } = await invoke(update, ctx, { action_id, status: 'completed' })
  const late = { action_id, status: 'failed', output_summary: 'other' }
  await expect(invoke(update, ctx, late)).rejects.toMatchObject({ code: 'conflict', data: { status: 'completed' } })
  expect((await invoke(update, ctx, { ...late, close_if_running: true })).action).toEqual(action)
})

test('200 adds tokens and cost after the end, and leaves status and outcome alone', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  await invoke(update, ctx, { action_id, status: 'completed' })
  const { action } = await invoke(update, ctx, { action_id, status: 'failed', tokens_in: 5, cost_estimate: 0.25 })
  expect(action).toMatchObject({ status: 'completed', outcome_status: 'completed', tokens_in: 5, cost_estimate: 0.25 })
})

test('of ten parallel closings one decides, and it is counted once', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const closings = Array.from({ length: 10 }, (_, n) =>
    invoke(update, ctx, { action_id, status: n % 2 ? 'completed' : 'failed' }),
  )
  expect(settledAs(await Promise.allSettled(closings), 'fulfilled')).toBe(1)
  const { stats } = await invoke(list, ctx, {})
  expect(stats.completed + stats.failed).toBe(1)
})

test('parallel reports of different fields lose nothing, and the sums agree with the row', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  await Promise.all([
    invoke(update, ctx, { action_id, tokens_in: 100 }),
    invoke(update, ctx, { action_id, tokens_out: 200 }),
    invoke(update, ctx, { action_id, side_effects: ['x'] }),
    invoke(update, ctx, { action_id, artifacts_created: ['y'] }),
    invoke(update, ctx, { action_id, duration_ms: 7 }),
    ...Array.from({ length: 10 }, () => invoke(update, ctx, { action_id, cost_estimate: 0.5 })),
  ])
  const { actions } = await invoke(list, ctx, {})
  expect(actions[0]).toMatchObject({
    tokens_in: 100,
    tokens_out: 200,
    side_effects: ['x'],
    artifacts_created: ['y'],
    duration_ms: 7,
    cost_estimate: 0.5,
  })
  expect(await invoke(listCosts, ctx, {})).toMatchObject({
    total_cost_usd: 0.5,
    total_tokens_in: 100,
    total_tokens_out: 200,
  })
})

test('a cost that was told stands when tokens without a price come after it', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  await invoke(update, ctx, { action_id, cost_estimate: 0.5 })
  const { action } = await invoke(update, ctx, { action_id, tokens_in: 100 })
  expect(action).toMatchObject({ tokens_in: 100, cost_estimate: 0.5 })
  expect(await invoke(listCosts, ctx, {})).toMatchObject({ total_cost_usd: 0.5, total_tokens_in: 100 })
})

test('tokens and cost are clamped, so that no sum can overflow', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  const { action } = await invoke(update, ctx, { action_id, tokens_in: Number.MAX_SAFE_INTEGER, cost_estimate: 1e12 })
  expect(action).toMatchObject({ tokens_in: 10_000_000, cost_estimate: 10_000 })
})

test('400 when nothing is named', async () => {
  const ctx = await member()
  const { action_id } = await recorded(ctx)
  await expect(invoke(update, ctx, { action_id, close_if_running: true })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

test('404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  for (const ctx of [await member(), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(update, ctx, { action_id, tokens_in: 1 })).rejects.toMatchObject({ code: 'not_found' })
  }
})
