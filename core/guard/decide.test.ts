import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { reportOutcome } from '#core/actions/report-outcome.op'
import { harmless } from '#core/actions/test-actions'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { create as createKey } from '#core/keys/create.op'
import { keyCache } from '#core/keys/index'
import { create as createPolicy } from '#core/policies/create.op'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { stubServer, type StubServer } from '#core/testing/stub-server'
import { evaluate } from './evaluate.op.ts'
import { getDecision } from './get-decision.op.ts'

let server: TestRuntime
let hook: StubServer
let hungUp: Promise<void>
beforeAll(async () => {
  let closed = (): void => undefined
  hungUp = new Promise((resolve) => (closed = resolve))
  // Takes every call and never answers.
  hook = await stubServer((_request, response) => void response.on('close', closed))
  // Policies name public hosts only; this doorway leads there.
  server = await testRuntime({ ports: { fetch: (_url, init) => globalThis.fetch(hook.url, init) } })
})
afterAll(async () => {
  await server.close()
  await hook.close()
})

async function governedBy(...policies: { policy_type: string; rules: object; mode?: string }[]): Promise<Context> {
  const admin = await (await testOrg(server.runtime, { policies: 'none' })).as('admin')
  for (const [n, policy] of policies.entries()) await invoke(createPolicy, admin, { name: `policy ${n}`, ...policy })
  return admin
}

const times = (count: number, ctx: Context, more: object = {}) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      invoke(evaluate, ctx, { ...harmless, declared_goal: `call ${n}`, ...more }),
    ),
  )

test.each([
  [undefined, 'require_approval'],
  ['require_approval', 'require_approval'],
  ['block', 'block'],
  // Said by whoever wrote the policy: the webhook has no say then, which a warning tells.
  ['allow', 'warn'],
])('a webhook that hangs is given up within the deadline: on_timeout %s is %s', async (on_timeout, decision) => {
  const rules = { url: 'https://check.example.com/act', timeout_ms: 5000, ...(on_timeout ? { on_timeout } : {}) }
  const ctx = await governedBy({ policy_type: 'webhook_check', rules })
  await invoke(updateSettings, ctx, { settings: { guard_deadline_ms: 300 } })
  const asked = hook.received.length
  const answer = await invoke(evaluate, ctx, harmless)
  // Of the two times that could end the call, the deadline of the decision was first, not the webhook's own.
  const { observed } = await invoke(getDecision, ctx, { decision_id: answer.decision_id })
  expect(JSON.stringify(observed)).toContain('the time for the decision was over')
  expect(answer.decision).toBe(decision)
  expect(hook.received.length).toBe(asked + 1)
  await hungUp
})

/** Nobody else reads or writes budgets until `release`; the embedded engine then runs nothing else at all. */
async function holdBudgets(): Promise<{ release: () => Promise<void> }> {
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  let locked = (): void => undefined
  const ready = new Promise<void>((resolve) => (locked = resolve))
  const done = server.runtime.db.transaction().execute(async (trx) => {
    await sql`lock table budget_usage, budget_reservation in access exclusive mode`.execute(trx)
    locked()
    await held
  })
  await ready
  return {
    release: () => {
      letGo()
      return done
    },
  }
}

test.each([
  ['require_approval', { threshold: 101 }, 'require_approval'],
  ['block', { threshold: 101 }, 'block'],
  // The fallback only adds to what the policies that need nobody say.
  ['require_approval', { threshold: 0, action: 'block' }, 'block'],
])('past the deadline the fallback %s applies, marked and recorded', async (guard_fallback, risk, decision) => {
  const admin = await governedBy(
    { policy_type: 'budget', rules: { scope: 'org', window: 'day', limit_calls: 100, on_exceeded: 'warn' } },
    ...(risk.threshold === 0 ? [{ policy_type: 'risk_threshold', rules: risk }] : []),
  )
  await invoke(updateSettings, admin, { settings: { guard_deadline_ms: 150, guard_fallback } })
  const { secret } = await invoke(createKey, admin, { name: 'agent' })
  const ctx = server.runtime.context(await server.runtime.use(keyCache).actorOf(secret))
  await invoke(evaluate, ctx, { ...harmless, declared_goal: 'first' })
  const { release } = await holdBudgets()
  const asking = invoke(evaluate, ctx, harmless)
  await new Promise((resolve) => setTimeout(resolve, 400))
  await release()
  const answer = await asking
  const degradation = { kind: 'deadline', deadline_ms: 150, action: guard_fallback, phase_in_flight: 'observations' }
  expect(answer).toMatchObject({ decision, degraded: true, degradation })
  const shown = await invoke(getDecision, admin, { decision_id: answer.decision_id })
  expect(shown.decision).toMatchObject({ degraded: true, decision })
})

test('a policy in shadow mode is recorded, never enforced', async () => {
  const ctx = await governedBy({
    policy_type: 'risk_threshold',
    rules: { threshold: 0, action: 'block' },
    mode: 'shadow',
  })
  const answer = await invoke(evaluate, ctx, harmless)
  expect(answer).toMatchObject({ decision: 'allow', matched_policies: [], shadow: [{}] })
  const shown = await invoke(getDecision, ctx, { decision_id: answer.decision_id })
  expect(shown.shadow).toEqual(answer.shadow)
  expect(shown.shadow).toHaveLength(1)
})

test('fifty parallel calls never overrun a budget of ten', async () => {
  const ctx = await governedBy({ policy_type: 'budget', rules: { scope: 'org', window: 'day', limit_calls: 10 } })
  const answers = await times(50, ctx)
  expect(answers.filter((answer) => answer.decision === 'allow')).toHaveLength(10)
  expect(answers.filter((answer) => answer.decision === 'block')).toHaveLength(40)
})

test('fifty parallel calls never overrun a budget in dollars', async () => {
  const ctx = await governedBy({ policy_type: 'budget', rules: { scope: 'agent', window: 'day', limit_usd: 1 } })
  const answers = await times(50, ctx, { estimated_cost_usd: 0.3 })
  expect(answers.filter((answer) => answer.decision === 'allow')).toHaveLength(3)
})

test('an act that was asked and then recorded takes one place in a budget and in a rate', async () => {
  const ctx = await governedBy(
    { policy_type: 'budget', rules: { scope: 'org', window: 'day', limit_calls: 2 } },
    { policy_type: 'rate_limit', rules: { max_actions: 2, window_minutes: 60, action: 'block' } },
  )
  for (const declared_goal of ['first', 'second']) {
    const act = { ...harmless, declared_goal }
    expect(await invoke(evaluate, ctx, act)).toMatchObject({ decision: 'allow' })
    const { action_id } = await invoke(create, ctx, act)
    await invoke(reportOutcome, ctx, { action_id, status: 'completed' })
  }
  expect(await invoke(evaluate, ctx, { ...harmless, declared_goal: 'third' })).toMatchObject({ decision: 'block' })
})

test('an act recorded as done already is charged, also after its reservation would have lapsed', async () => {
  const ctx = await governedBy({ policy_type: 'budget', rules: { scope: 'org', window: 'total', limit_calls: 1 } })
  await invoke(create, ctx, { ...harmless, status: 'completed' })
  server.advance(20 * 60_000)
  expect(await invoke(evaluate, ctx, { ...harmless, declared_goal: 'next' })).toMatchObject({ decision: 'block' })
})

test('a blocked act gives back what it held', async () => {
  const ctx = await governedBy(
    { policy_type: 'budget', rules: { scope: 'org', window: 'day', limit_calls: 1 } },
    { policy_type: 'risk_threshold', rules: { threshold: 90, action: 'block' } },
  )
  expect(await invoke(evaluate, ctx, { ...harmless, risk_score: 100 })).toMatchObject({ decision: 'block' })
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'allow' })
})
