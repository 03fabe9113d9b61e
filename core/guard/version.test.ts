import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAction } from '#core/actions/create.op'
import { get as getAction } from '#core/actions/get.op'
import { list as listActions } from '#core/actions/list.op'
import { create as createVersion } from '#core/agent-versions/create.op'
import { register } from '#core/agent-versions/register.op'
import { rollback } from '#core/agent-versions/rollback.op'
import { setTraffic } from '#core/agent-versions/set-traffic.op'
import { decide as decideApproval } from '#core/approvals/decide.op'
import { invoke } from '#core/kernel/invoke'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { evaluate } from './evaluate.op.ts'
import { getDecision } from './get-decision.op.ts'
import { listDecisions } from './list-decisions.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

interface Bench {
  readonly admin: Context
  readonly ctx: Context
  /** Version 1 of the agent `a1`. */
  readonly first: string
}

async function registered(...policies: { policy_type: string; rules: object }[]): Promise<Bench> {
  const org = await testOrg(server.runtime, { policies: 'none' })
  const admin = await org.as('admin')
  for (const [n, policy] of policies.entries()) await invoke(createPolicy, admin, { name: `policy ${n}`, ...policy })
  const { version } = await invoke(register, admin, { agent_id: 'a1', name: 'Ann', prompt: 'one' })
  return { admin, ctx: await org.as('member'), first: version.version_id }
}

const next = async (admin: Context, prompt: string): Promise<string> =>
  (await invoke(createVersion, admin, { agent_id: 'a1', prompt })).version.version_id
const ask = (ctx: Context, more: object = {}) =>
  invoke(evaluate, ctx, { action_type: 'review', declared_goal: 'look', agent_id: 'a1', ...more })

test('a request that names no version acts as the current one, and is recorded with it', async () => {
  const { admin, ctx, first } = await registered()
  const answer = await ask(ctx)
  expect(answer.agent_version).toBe(first)
  const told = await invoke(getDecision, ctx, { decision_id: answer.decision_id })
  expect(told.decision.agent_version).toBe(first)
  expect(told.request).toMatchObject({ agent_version: first })
  const second = await next(admin, 'two')
  expect((await ask(ctx)).agent_version).toBe(second)
  expect((await ask(ctx, { agent_version: first })).agent_version).toBe(first)
  // What an agent says of itself stands, registered or not.
  expect((await ask(ctx, { agent_version: 'mine' })).agent_version).toBe('mine')
  expect((await ask(ctx, { agent_id: 'a2' })).agent_version).toBeNull()
  expect((await ask(ctx, { agent_id: undefined })).agent_version).toBeNull()
  const of = async (agent_version: string) => {
    const { decisions, total } = await invoke(listDecisions, ctx, { agent_version })
    return [decisions.map((one) => one.agent_version), total]
  }
  expect(await of(first)).toEqual([[first, first], 2])
  expect(await of(second)).toEqual([[second], 1])
  expect(await of('nobody')).toEqual([[], 0])
  const both = { agent_version: first, action_type: 'review', agent_id: 'a1', decision: 'allow' as const }
  expect((await invoke(listDecisions, ctx, both)).total).toBe(2)
})

test('actions carry version and task, are read back with them and listed by version', async () => {
  const { ctx, first } = await registered()
  const made = await invoke(createAction, ctx, {
    action_type: 'review',
    declared_goal: 'look',
    agent_id: 'a1',
    task_id: 't1',
  })
  expect(made.action).toMatchObject({ agent_version: first, task_id: 't1' })
  expect(made.decision?.agent_version).toBe(first)
  const { action } = await invoke(getAction, ctx, { action_id: made.action_id })
  expect(action).toMatchObject({ agent_version: first, task_id: 't1' })
  await invoke(evaluate, ctx, {
    action_type: 'review',
    declared_goal: 'look again',
    agent_id: 'a1',
    agent_version: 'v9',
    record: true,
  })
  const listed = await invoke(listActions, ctx, { agent_version: 'v9' })
  expect([listed.actions.map((one) => one.agent_version), listed.total]).toEqual([['v9'], 1])
})

test('while versions share the work an unnamed one stays unknown; one that has all of it is known', async () => {
  const { admin, ctx, first } = await registered()
  const second = await next(admin, 'two')
  const share = (...shares: [string, number][]) =>
    invoke(setTraffic, admin, {
      agent_id: 'a1',
      shares: shares.map(([version_id, weight]) => ({ version_id, weight })),
    })
  await share([first, 9], [second, 1])
  expect((await ask(ctx)).agent_version).toBeNull()
  await share([first, 1])
  expect((await ask(ctx)).agent_version).toBe(first)
  await share()
  expect((await ask(ctx)).agent_version).toBe(second)
})

test('a condition blocks one version of an agent and lets the other act, named or current', async () => {
  const when = `agent_version in ["bad", "worse"]`
  const { admin, ctx, first } = await registered({ policy_type: 'condition', rules: { when, action: 'block' } })
  expect((await ask(ctx, { agent_version: 'bad' })).decision).toBe('block')
  expect((await ask(ctx, { agent_version: 'good' })).decision).toBe('allow')
  expect((await ask(ctx)).decision).toBe('allow')
  const second = await next(admin, 'two')
  const rules = { when: `agent_id == "a1" && agent_version == "${second}"`, action: 'block' }
  await invoke(createPolicy, admin, { name: 'not the second', policy_type: 'condition', rules })
  expect((await ask(ctx)).decision).toBe('block')
  expect((await ask(ctx, { agent_version: first })).decision).toBe('allow')
  // A rollback is a new version with the old content: it is current at once, and no longer the one that is blocked.
  const back = (await invoke(rollback, admin, { agent_id: 'a1', version_id: first })).version.version_id
  const answer = await ask(ctx)
  expect([answer.decision, answer.agent_version]).toEqual(['allow', back])
})

test('a policy of some agents with a condition on the version leaves the other agents alone', async () => {
  const rules = { when: 'agent_version == "v1"', action: 'block', agent_ids: ['a1'] }
  const { ctx } = await registered({ policy_type: 'condition', rules })
  expect((await ask(ctx, { agent_version: 'v1' })).decision).toBe('block')
  expect((await ask(ctx, { agent_version: 'v2' })).decision).toBe('allow')
  expect((await ask(ctx, { agent_id: 'a2', agent_version: 'v1' })).decision).toBe('allow')
})

test('only versions that are listed may act: an unknown one, and one that nobody knows, may not', async () => {
  const rules = { when: '!(agent_version in ["v1"])', action: 'block' }
  const { ctx } = await registered({ policy_type: 'condition', rules })
  const decisions = await Promise.all(['v1', 'v7', undefined].map((agent_version) => ask(ctx, { agent_version })))
  expect(decisions.map((one) => one.decision)).toEqual(['allow', 'block', 'block'])
  expect((await ask(ctx, { agent_id: 'a2' })).decision).toBe('block')
})

test('a budget of a version counts the current one, and a new version starts its own', async () => {
  const rules = { scope: 'agent_version', window: 'day', limit_calls: 1 }
  const { admin, ctx } = await registered({ policy_type: 'budget', rules })
  expect([(await ask(ctx)).decision, (await ask(ctx, { declared_goal: 'more' })).decision]).toEqual(['allow', 'block'])
  await next(admin, 'two')
  expect((await ask(ctx, { declared_goal: 'more' })).decision).toBe('allow')
})

test('an approval is for the version that asked: the next version asks again', async () => {
  const rules = { when: 'agent_id == "a1"', action: 'require_approval' }
  const { admin, ctx } = await registered({ policy_type: 'condition', rules })
  const made = await ask(ctx, { record: true })
  await invoke(decideApproval, admin, { action_id: made.action_id, decision: 'allow' })
  await next(admin, 'two')
  const again = await ask(ctx, { record: true })
  expect(again.decision).toBe('require_approval')
  expect(again.act_digest).not.toBe(made.act_digest)
})

test('calls in parallel with new versions each carry a version that was current when they were recorded', async () => {
  const { admin, ctx, first } = await registered()
  const versions = [first]
  const calls = Array.from({ length: 40 }, (_, n) => ask(ctx, { declared_goal: `call ${n}` }))
  for (const prompt of ['two', 'three', 'four']) versions.push(await next(admin, prompt))
  const answers = await Promise.all(calls)
  const entries = await ctx.db
    .selectFrom('ledger_entry')
    .select(['seq', 'kind', 'body'])
    .where('org_id', '=', ctx.actor.orgId)
    .orderBy('seq')
    .execute()
  const current = new Map<number, string>()
  let now = ''
  for (const { seq, kind, body } of entries) {
    const { data } = JSON.parse(body) as { data: { event?: string; version_id?: string } }
    if (kind === 'admin' && data.event === 'agent.version_created') now = data.version_id ?? ''
    current.set(Number(seq), now)
  }
  for (const { ledger, agent_version } of answers) expect(agent_version).toBe(current.get(ledger.seq))
  expect(new Set(current.values())).toEqual(new Set(['', ...versions]))
})
