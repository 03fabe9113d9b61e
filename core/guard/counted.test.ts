import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { Runtime } from '#core/kernel/runtime'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const act = { agent_id: 'a1', action_type: 'review', declared_goal: 'look', act: { kind: 'shell', command: 'ls' } }
const costly = (n: number) => ({ ...act, declared_goal: `look ${n}`, estimated_cost_usd: 0.8 })

const budget = { scope: 'org', window: 'day', limit_usd: 1, on_exceeded: 'block' }
const rate = { max_actions: 2, window_minutes: 60, action: 'block' }
const enforce = (admin: Context, policy_type: string, rules: object) =>
  invoke(createPolicy, admin, { name: policy_type, policy_type, rules })

/** An admin whose org has no policies; a decision made a moment ago has left its snapshot in memory. */
async function warmAdmin(): Promise<Context> {
  const admin = await (await testOrg(server.runtime, { policies: 'none' })).as('admin')
  await invoke(evaluate, admin, act)
  return admin
}

const allowed = async (answers: Promise<{ decision: string }>[]): Promise<number> =>
  (await Promise.all(answers)).filter(({ decision }) => decision === 'allow').length

test('a budget made a moment ago holds for the very next calls, also when they come in parallel', async () => {
  const admin = await warmAdmin()
  await enforce(admin, 'budget', budget)
  expect(await allowed(Array.from({ length: 8 }, (_, n) => invoke(evaluate, admin, costly(n))))).toBe(1)
})

test('a rate limit made a moment ago counts the very next calls, each once', async () => {
  const admin = await warmAdmin()
  await enforce(admin, 'rate_limit', rate)
  expect(await allowed(Array.from({ length: 8 }, (_, n) => invoke(evaluate, admin, costly(n))))).toBe(2)
})

test('an action is counted by a policy made after its guard call, and once only', async () => {
  const admin = await warmAdmin()
  const asked = [costly(1), costly(2)]
  for (const one of asked) expect(await invoke(evaluate, admin, one)).toMatchObject({ decision: 'allow' })
  await enforce(admin, 'budget', budget)
  const made = await Promise.allSettled(asked.map((one) => invoke(create, admin, one)))
  expect(made.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('an act that guard counted is not counted again by its action', async () => {
  const admin = await warmAdmin()
  await enforce(admin, 'rate_limit', rate)
  await enforce(admin, 'budget', { ...budget, limit_usd: 1.6 })
  for (const one of [costly(1), costly(2)]) {
    expect(await invoke(evaluate, admin, one)).toMatchObject({ decision: 'allow' })
    expect(await invoke(create, admin, one)).toMatchObject({ action: { status: 'running' } })
  }
  const third = await invoke(evaluate, admin, costly(3))
  expect(third.explain.map(({ policy_type }) => policy_type).toSorted()).toEqual(['budget', 'rate_limit'])
})

test('an act named by its guard decision is not counted again either, when the process has forgotten it', async () => {
  const admin = await warmAdmin()
  await enforce(admin, 'rate_limit', rate)
  const [first, second] = [await invoke(evaluate, admin, costly(1)), await invoke(evaluate, admin, costly(2))]
  const { handle, settings, ports, log, now } = server.runtime
  const replica = new Runtime({ handle, settings, ports, log, now })
  for (const [n, { decision_id }] of [first, second].entries()) {
    const made = await invoke(create, replica.context(admin.actor), {
      ...costly(n + 1),
      guard_decision_id: decision_id,
    })
    expect(made).toMatchObject({ action: { status: 'running' } })
  }
  expect(await invoke(evaluate, admin, costly(3))).toMatchObject({ decision: 'block' })
})
