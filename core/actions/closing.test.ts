import { afterAll, beforeAll, expect, test } from 'vitest'
import { decide } from '#core/approvals/decide.op'
import { wait } from '#core/approvals/wait.op'
import { evaluate } from '#core/guard/evaluate.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { sweepReservations } from '#core/observations/index'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestOrg, type TestRuntime } from '#core/testing/context'
import { cancel } from './cancel.op.ts'
import { create } from './create.op.ts'
import { expireDueApprovals } from './expiry.ts'
import { get } from './get.op.ts'
import { list } from './list.op.ts'
import { reportOutcome } from './report-outcome.op.ts'
import { sweepLostOutcomes } from './sweep.ts'
import { recorded, risky } from './test-actions.ts'
import { update } from './update.op.ts'

const MINUTE = 60_000

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** An org whose agents may spend this much. */
async function withBudget(limits: object): Promise<{ org: TestOrg; admin: Context; agent: Context }> {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  const rules = { scope: 'org', window: 'total', ...limits }
  await invoke(createPolicy, admin, { name: 'budget', policy_type: 'budget', rules })
  return { org, admin, agent: await org.as('member') }
}

async function usageOf(ctx: Context) {
  const row = await ctx.db
    .selectFrom('budget_usage')
    .select(['used_usd_micros as used', 'reserved_usd_micros as reserved', 'used_calls', 'reserved_calls'])
    .where('org_id', '=', ctx.actor.orgId)
    .executeTakeFirstOrThrow()
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]))
}

async function entriesOf(ctx: Context, actionId: string): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('ledger_entry')
    .select(['kind', 'body'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('ref', '=', actionId)
    .orderBy('seq')
    .execute()
  return rows.map(({ kind, body }) => {
    const { data } = JSON.parse(body) as { data: { state?: string; outcome?: string } }
    return `${kind} ${data.state ?? data.outcome ?? ''}`.trim()
  })
}

const failedOf = async (ctx: Context): Promise<number> => {
  const row = await ctx.db
    .selectFrom('action_rollup_day')
    .select(({ fn }) => fn.sum('failed').as('failed'))
    .where('org_id', '=', ctx.actor.orgId)
    .executeTakeFirstOrThrow()
  return Number(row.failed)
}

test('cost that becomes known after the outcome is charged, up and down, and the sums agree', async () => {
  const { agent } = await withBudget({ limit_usd: 100 })
  const { action_id } = await recorded(agent, { estimated_cost_usd: 2 })
  expect(await usageOf(agent)).toMatchObject({ used: 0, reserved: 2e6 })
  await invoke(reportOutcome, agent, { action_id, status: 'completed' })
  expect(await usageOf(agent)).toMatchObject({ used: 2e6, reserved: 0 })
  await invoke(update, agent, { action_id, cost_estimate: 5 })
  expect(await usageOf(agent)).toMatchObject({ used: 5e6, reserved: 0, used_calls: 1 })
  await Promise.all([
    invoke(update, agent, { action_id, cost_estimate: 3 }),
    invoke(update, agent, { action_id, cost_estimate: 3 }),
  ])
  expect(await usageOf(agent)).toMatchObject({ used: 3e6, reserved: 0, used_calls: 1 })
})

test('tokens of a model without a price are charged at the estimated cost, not at none', async () => {
  const { agent } = await withBudget({ limit_usd: 100 })
  const { action_id } = await recorded(agent, { estimated_cost_usd: 2 })
  await invoke(update, agent, { action_id, status: 'completed', tokens_in: 10, model: 'no-such-model' })
  expect(await usageOf(agent)).toMatchObject({ used: 2e6, reserved: 0 })
})

test('the budget of an act that waits for a person is held until the person decides', async () => {
  const { admin, agent } = await withBudget({ limit_calls: 1 })
  const { action_id } = await invoke(create, agent, risky)
  server.advance(60 * MINUTE)
  await sweepReservations(server.runtime, 100)
  const refused = await invoke(evaluate, agent, {
    ...risky,
    declared_goal: 'another',
    act: { kind: 'shell', command: 'ls' },
  })
  expect(refused.decision).toBe('block')
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await sweepReservations(server.runtime, 100)
  expect(await usageOf(agent)).toMatchObject({ used_calls: 0, reserved_calls: 1 })
})

test('a lapsed budget is taken again when the act is recorded, once, and refuses it when it is gone', async () => {
  const { admin, agent } = await withBudget({ limit_calls: 1 })
  const late = async () => {
    const { decision_id } = await invoke(evaluate, agent, risky)
    server.advance(16 * MINUTE)
    await sweepReservations(server.runtime, 100)
    return { ...risky, guard_decision_id: decision_id }
  }
  const first = await invoke(create, agent, await late())
  expect(first.action.status).toBe('pending_approval')
  expect(await usageOf(agent)).toMatchObject({ reserved_calls: 1 })
  await invoke(decide, admin, { action_id: first.action_id, decision: 'allow' })
  expect(await usageOf(agent)).toMatchObject({ reserved_calls: 1 })
  await invoke(cancel, agent, { action_id: first.action_id })
  expect(await usageOf(agent)).toMatchObject({ reserved_calls: 0 })
  const second = await late()
  await recorded(agent)
  await expect(invoke(create, agent, second)).rejects.toMatchObject({ code: 'blocked' })
  expect(await usageOf(agent)).toMatchObject({ used_calls: 0, reserved_calls: 1 })
})

test('a denied act gives its budget back, counts as failed and has an outcome on the ledger', async () => {
  const { admin, agent } = await withBudget({ limit_calls: 10 })
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'deny', reasoning: 'no' })
  expect(await usageOf(agent)).toMatchObject({ used_calls: 0, reserved_calls: 0 })
  expect(await entriesOf(agent, action_id)).toEqual(['action', 'approval pending', 'approval denied', 'outcome failed'])
  expect(await failedOf(agent)).toBe(1)
  expect((await invoke(list, agent, {})).stats.failed).toBe(1)
})

test('an expired approval gives its budget back, counts as failed and has an outcome on the ledger', async () => {
  const { agent } = await withBudget({ limit_calls: 10 })
  const { action_id } = await invoke(create, agent, { ...risky, approval_wait_seconds: 5 })
  server.advance(16 * MINUTE)
  await expireDueApprovals(server.runtime)
  expect(await usageOf(agent)).toMatchObject({ used_calls: 0, reserved_calls: 0 })
  expect(await entriesOf(agent, action_id)).toEqual([
    'action',
    'approval pending',
    'approval expired',
    'outcome failed',
  ])
  expect(await failedOf(agent)).toBe(1)
})

test('an approved act that nobody fetched expires: it was never carried out', async () => {
  const { org, admin, agent } = await withBudget({ limit_calls: 10 })
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  server.advance(16 * MINUTE)
  await sweepLostOutcomes(server.runtime)
  const { action } = await invoke(get, await org.as('readonly'), { action_id })
  expect(action).toMatchObject({ status: 'expired', outcome_status: 'failed', released_at: null })
  expect(action.outcome_error).toContain('never fetched')
  expect(await usageOf(agent)).toMatchObject({ used_calls: 0, reserved_calls: 0 })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ expired: true, approved: false, denied: false, released: false })
  expect(await invoke(create, agent, risky)).toMatchObject({ action: { status: 'pending_approval' } })
})

test('an approved act that was fetched and never reported is lost, not expired', async () => {
  const { admin, agent } = await withBudget({ limit_calls: 10 })
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'allow' })
  await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  server.advance(16 * MINUTE)
  await sweepLostOutcomes(server.runtime)
  expect((await invoke(get, agent, { action_id })).action).toMatchObject({
    status: 'unknown',
    outcome_status: 'lost_confirmation',
  })
})

test("a later report does not replace a person's reason", async () => {
  const { admin, agent } = await withBudget({ limit_calls: 10 })
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, admin, { action_id, decision: 'deny', reasoning: 'not today' })
  const lie = { action_id, error_message: 'the disk was full' }
  await expect(invoke(update, agent, lie)).rejects.toMatchObject({ code: 'conflict' })
  const { action } = await invoke(update, agent, { ...lie, duration_ms: 3 })
  expect(action).toMatchObject({ error_message: 'not today', outcome_error: 'not today', duration_ms: 3 })
  const told = await invoke(wait, agent, { action_id, timeout_seconds: 0 })
  expect(told).toMatchObject({ denied: true, denial_reason: 'not today' })
})

test('one row that cannot be closed does not hold up the others', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const bad = await testOrg(server.runtime)
  const badAgent = await bad.as('member')
  const stuck = [
    await recorded(badAgent),
    await recorded(badAgent, { status: 'pending_approval', approval_wait_seconds: 5 }),
  ]
  const fine = [await recorded(agent), await recorded(agent, { status: 'pending_approval', approval_wait_seconds: 5 })]
  // A broken record: the tree cannot be continued, so nothing of this org can be closed.
  const broken = { size: 1_000_000 }
  await agent.db.updateTable('ledger_head').set(broken).where('org_id', '=', bad.orgId).execute()
  server.advance(16 * MINUTE)
  await sweepLostOutcomes(server.runtime)
  await expireDueApprovals(server.runtime)
  const statusOf = async (ctx: Context, ids: readonly { action_id: string }[]) =>
    Promise.all(
      ids.map(
        async ({ action_id }) =>
          (await invoke(list, ctx, {})).actions.find((one) => one.action_id === action_id)?.status,
      ),
    )
  expect(await statusOf(agent, fine)).toEqual(['unknown', 'expired'])
  expect(await statusOf(badAgent, stuck)).toEqual(['running', 'pending_approval'])
})

test('secrets are replaced in every text of an action, at its creation and in later reports', async () => {
  const agent = await (await testOrg(server.runtime)).as('member')
  const secret = `ghp_${'A1b2C3d4E5f6'.repeat(3)}`
  const said = `with ${secret}`
  const { action_id } = await recorded(agent, {
    agent_name: said,
    swarm_id: said,
    session_id: said,
    authorization_scope: said,
    systems_touched: [said],
    recommendation_id: said,
    recommendation_override_reason: said,
    model: said,
  })
  await invoke(update, agent, { action_id, side_effects: [said], artifacts_created: [said], model: said })
  await invoke(update, agent, { action_id, status: 'failed', error_message: said })
  const row = await agent.db
    .selectFrom('action_record')
    .selectAll()
    .where('org_id', '=', agent.actor.orgId)
    .where('action_id', '=', action_id)
    .executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(secret)
  expect(row).toMatchObject({ model: 'with [REDACTED:github_token]', side_effects: ['with [REDACTED:github_token]'] })
  expect(row.outcome_error).toBe('with [REDACTED:github_token]')
})
