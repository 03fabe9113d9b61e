import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { recordActions, recordSamples } from './test-decisions.ts'
import { simulate } from './simulate.op.ts'

let world: TestRuntime
let admin: Context
beforeAll(async () => {
  world = await testRuntime()
  admin = await (await testOrg(world.runtime, { policies: 'none' })).as('admin')
  const samples = [
    { risk_score: 96, target: 'prod/api' },
    { risk_score: 50, decision: 'require_approval' as const },
    { risk_score: 10 },
  ]
  await recordActions(admin, await recordSamples(admin, samples))
})
afterAll(() => world.close())

test('200 tells what the policy would have said to the latest actions, newest first', async () => {
  const answer = await invoke(simulate, admin, { policy_type: 'risk_threshold', rules: { threshold: 50 } })
  expect(answer).toMatchObject({
    summary: { total: 3, matches: 2, block: 2, warn: 0, require_approval: 0, allow: 1 },
    sample_size: 3,
    window_days: 7,
  })
  expect(answer.matches[1]).toEqual({
    action_id: 'act_0',
    goal: 'goal 0',
    agent_name: 'Agent One',
    timestamp: expect.any(String) as string,
    original_status: 'completed',
    simulated_action: 'block',
    simulated_reason: 'Risk 96 reaches the threshold 50.',
  })
})

test('issue 2: 200 takes max_risk_score for threshold, as the documented sample has it', async () => {
  const sample = { policy_type: 'risk_threshold', rules: { max_risk_score: 50 } }
  expect((await invoke(simulate, admin, sample)).summary).toMatchObject({ matches: 2, block: 2 })
})

test('200 shows what a grant would have let pass', async () => {
  const expires_at = new Date(admin.now().getTime() + 86_400_000).toISOString()
  const rules = { action_type: 'apply', expires_at, reason: 'r' }
  expect(await invoke(simulate, admin, { policy_type: 'allow_grant', rules })).toMatchObject({
    summary: { matches: 1, allow: 3 },
    matches: [{ action_id: 'act_1', simulated_action: 'allow' }],
  })
})

test('200 takes a pack and answers per policy', async () => {
  const answer = await invoke(simulate, admin, { pack: 'default' })
  expect(answer).toMatchObject({ pack: 'default', summary: { matches: 1 }, matches_truncated: false })
  const highest = answer.per_policy?.find(({ policy_type }) => policy_type === 'risk_threshold')
  expect(highest?.summary).toMatchObject({ matches: 1, require_approval: 1 })
})

test('200 without history says so and has no sample', async () => {
  const other = await (await testOrg(world.runtime, { policies: 'none' })).as('readonly')
  const answer = await invoke(simulate, other, { policy_type: 'risk_threshold', rules: {} })
  expect(answer).toEqual({
    summary: { total: 0, matches: 0, block: 0, warn: 0, require_approval: 0, allow: 0 },
    matches: [],
    message: 'No actions in the last 7 days.',
  })
})

test('403 for a key bound to one agent: the answer shows the acts of all', async () => {
  const bound = { ...admin, actor: { ...admin.actor, agentId: 'a1' } }
  await expect(invoke(simulate, bound, { pack: 'default' })).rejects.toMatchObject({ code: 'forbidden' })
})

test('400 for rules that cannot be, 404 for an unknown pack', async () => {
  await expect(invoke(simulate, admin, { policy_type: 'risk_threshold', rules: { x: 1 } })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  await expect(invoke(simulate, admin, {})).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(invoke(simulate, admin, { pack: 'nope' })).rejects.toMatchObject({ code: 'not_found' })
})
