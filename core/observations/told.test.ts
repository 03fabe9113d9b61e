import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAction } from '#core/actions/create.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { create as createPolicy } from '#core/policies/create.op'
import { collect } from '#core/telemetry/collect.op'
import { listCosts } from '#core/telemetry/list-costs.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { budgetNeed, TestBench } from './test-bench.ts'
import { windowStart } from './window.rules.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function budgeted(rules: object): Promise<Context> {
  const admin = await (await testOrg(server.runtime, { policies: 'none' })).as('admin')
  await invoke(createPolicy, admin, { name: 'budget', policy_type: 'budget', rules })
  return admin
}

const act = { action_type: 'review', agent_id: 'a1', agent_version: 'v1', task_id: 't1', session_id: 's1' }
let calls = 0
const ask = (ctx: Context, more: object = {}) =>
  invoke(evaluate, ctx, { ...act, declared_goal: `call ${(calls += 1)}`, estimated_cost_usd: 0.1, ...more })
const decisionOf = async (ctx: Context, more: object = {}): Promise<string> => (await ask(ctx, more)).decision

const spent = { type: 'cost', agent_id: 'a1', version_id: 'v1', task_id: 't1', metadata: { session_id: 's1' } }
const tell = async (ctx: Context, ...events: readonly object[]): Promise<void> => {
  const { rejected } = await invoke(collect, ctx, { events: events.map((one) => ({ ...spent, ...one })) })
  expect(rejected).toEqual([])
}

const elsewhere = [
  ['agent', { agent_id: 'a2' }],
  ['agent_version', { version_id: 'v2' }],
  ['task', { task_id: 't2' }],
  ['session', { metadata: { session_id: 's2' } }],
] as const

test.each(['agent', 'agent_version', 'task', 'session', 'org'])(
  'what telemetry told counts against a budget per %s, and the next decision sees it',
  async (scope) => {
    const ctx = await budgeted({ scope, window: 'day', limit_usd: 1 })
    const other = elsewhere.find(([name]) => name === scope)?.[1]
    if (other) await tell(ctx, { cost_usd: 5, ...other })
    await tell(ctx, { cost_usd: 0.8 })
    expect(await decisionOf(ctx)).toBe('allow')
    await tell(ctx, { type: 'task', task: 'mail', outcome: 'success', cost_usd: 0.1 })
    const answer = await ask(ctx)
    expect(answer.decision).toBe('block')
    expect(answer.explain[0]?.seen).toEqual({ used: 1, requested: 0.1 })
  },
)

test('tokens count against a limit of tokens, also those that have no price', async () => {
  const ctx = await budgeted({ scope: 'agent', window: 'day', limit_tokens: 1000 })
  await tell(ctx, { tokens: 990 })
  expect(await decisionOf(ctx, { estimated_tokens: 10 })).toBe('allow')
  expect(await decisionOf(ctx, { estimated_tokens: 1 })).toBe('block')
})

test.each(['hour', 'day', 'week', 'month'] as const)('a budget per %s counts what happened in it', async (window) => {
  const now = server.runtime.now()
  const before = new Date(windowStart(window, now).getTime() - 1)
  for (const scope of ['agent', 'org', 'task', 'session']) {
    const ctx = await budgeted({ scope, window, limit_usd: 1 })
    await tell(ctx, { cost_usd: 5, timestamp: before.toISOString() })
    expect(await decisionOf(ctx)).toBe('allow')
    await tell(ctx, { cost_usd: 0.9, timestamp: windowStart(window, now).toISOString() })
    expect(await decisionOf(ctx)).toBe('block')
  }
})

test('a budget over all time counts what was told long ago', async () => {
  const ctx = await budgeted({ scope: 'agent', window: 'total', limit_usd: 1 })
  await tell(ctx, { cost_usd: 1, timestamp: new Date(server.runtime.now().getTime() - 100 * 86_400_000).toISOString() })
  expect(await decisionOf(ctx)).toBe('block')
})

test('an hour counts the versions of an agent apart, and only its own agents', async () => {
  const ctx = await budgeted({ scope: 'agent_version', window: 'hour', limit_usd: 1 })
  await tell(ctx, { cost_usd: 5, version_id: 'v2' }, { cost_usd: 5, agent_id: 'a2' }, { cost_usd: 0.95 })
  expect(await decisionOf(ctx)).toBe('block')
  expect(await decisionOf(ctx, { agent_version: 'v3' })).toBe('allow')
})

test('a budget for some types of act counts acts alone; one for some agents what those told', async () => {
  const typed = await budgeted({ scope: 'agent', window: 'day', limit_usd: 1, action_types: ['review'] })
  await tell(typed, { cost_usd: 5 })
  expect(await decisionOf(typed)).toBe('allow')
  const some = await budgeted({ scope: 'org', window: 'day', limit_usd: 1, agent_ids: ['a1'] })
  await tell(some, { cost_usd: 5, agent_id: 'a2' })
  expect(await decisionOf(some)).toBe('allow')
  await tell(some, { cost_usd: 1 })
  expect(await decisionOf(some)).toBe('block')
})

test.each(['day', 'hour'])('per %s: an event of an action counts by the action alone', async (window) => {
  const ctx = await budgeted({ scope: 'agent', window, limit_usd: 1 })
  const done = { ...act, declared_goal: 'done', status: 'completed' as const, cost_estimate: 0.5 }
  const { action_id } = await invoke(createAction, ctx, done)
  await tell(ctx, { cost_usd: 0.3, action_id }, { cost_usd: 0.2, action_id })
  expect(await decisionOf(ctx, { estimated_cost_usd: 0.5 })).toBe('allow')
  expect(await decisionOf(ctx)).toBe('block')
  // The figures of the agent have it all the same.
  expect((await invoke(listCosts, ctx, { agent_id: 'a1' })).total_usd).toBe(0.5)
})

test('an event counts unless it names an action that is its agent’s: a made-up one is refused', async () => {
  const ctx = await budgeted({ scope: 'agent', window: 'day', limit_usd: 1 })
  const { action_id } = await invoke(createAction, ctx, { ...act, agent_id: 'a2', declared_goal: 'of another' })
  for (const named of ['act_made_up', action_id]) {
    const told = await invoke(collect, ctx, { events: [{ ...spent, cost_usd: 1, action_id: named }] })
    expect(told.rejected).toEqual([{ index: 0, code: 'invalid_input', error: 'action_id: is no action of this agent' }])
  }
  expect(await decisionOf(ctx)).toBe('allow')
  await tell(ctx, { cost_usd: 1, metadata: { 'writ.action_id': 'act_x' } })
  expect(await decisionOf(ctx)).toBe('block')
})

test('the same event twice, also at once, counts once', async () => {
  const ctx = await budgeted({ scope: 'task', window: 'day', limit_usd: 1 })
  await Promise.all(Array.from({ length: 10 }, () => tell(ctx, { cost_usd: 0.5, event_id: 'e1' })))
  expect(await decisionOf(ctx, { estimated_cost_usd: 0.5 })).toBe('allow')
  expect(await decisionOf(ctx)).toBe('block')
})

test('20 calls at once with costs that are told meanwhile: over the limit by no more than was told afterwards', async () => {
  const limit = 3
  for (const window of ['day', 'hour']) {
    const ctx = await budgeted({ scope: 'agent', window, limit_usd: limit })
    let told = 0
    let allowed = 0
    const say = async (): Promise<void> => {
      await tell(ctx, { cost_usd: 0.1 })
      told += 1
    }
    const call = async (): Promise<void> => {
      const known = told
      const held = allowed
      const { decision } = await ask(ctx)
      if (decision !== 'allow') return
      allowed += 1
      // Whatever was told, and allowed, before it asked was counted for it.
      expect(known + held + 1).toBeLessThanOrEqual(limit * 10)
    }
    for (let wave = 0; wave < 3; wave += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 4 === 0 ? say().then(call) : call())))
    }
    expect(told).toBe(15)
    expect(allowed).toBeLessThanOrEqual(limit * 10)
    expect(allowed + told).toBeGreaterThanOrEqual(limit * 10)
    expect(await decisionOf(ctx)).toBe('block')
  }
})

test('a reservation that lapsed is taken again only beside what was told meanwhile', async () => {
  const bench = await TestBench.open()
  const need = budgetNeed({ limits: { usd_micros: 100 }, estimate: { usd_micros: 60 }, told: { agents: ['a1'] } })
  const reference = bench.reference()
  await bench.observe([need], { reference })
  bench.pass(20 * 60_000)
  // The sweep of another call lets it lapse.
  await bench.observe([budgetNeed({ limits: { usd_micros: 100 }, estimate: { usd_micros: 90 } })], { count: true })
  await sql`insert into agent_usage_day values
    ('org_a', ${bench.now.toISOString().slice(0, 10)}, 'a1', '', 'm', 1, 0, 0, 0, 0, 0, 0, 50, 0)`.execute(
    bench.runtime.db,
  )
  const linked = { id: reference, counted: new Set<string>() }
  const { observed } = await bench.observe([need], { linked })
  expect(observed.get('budget')).toMatchObject({ exceeded: [{ metric: 'usd', used: 0.00014 }] })
  const looked = await bench.observe([need], { count: false })
  expect(looked.observed.get('budget')).toMatchObject({ exceeded: [{ metric: 'usd', used: 0.00014 }] })
  await bench.close()
})
