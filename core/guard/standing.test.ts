import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { pause } from '#core/agents/pause.op'
import { decide } from '#core/approvals/decide.op'
import { start } from '#core/halt/start.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const harmless = { agent_id: 'a1', action_type: 'review', declared_goal: 'look', act: { kind: 'shell', command: 'ls' } }
const risky = {
  agent_id: 'a1',
  action_type: 'security',
  declared_goal: 'rewrite the topic branch',
  act: { kind: 'shell', command: 'git push --force origin feature' },
}

test.each([
  ['touches production', { systems_touched: ['production database'] }],
  ['cannot be undone', { reversible: false }],
  ['costs more', { estimated_cost_usd: 100_000 }],
])('an approval does not answer the same words for an act that %s', async (_, graver) => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  expect(await invoke(evaluate, agent, { ...risky, ...graver })).toMatchObject({ decision: 'require_approval' })
})

test('403 with the reason when a denied act is asked for again; nobody is asked twice', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'deny', reasoning: 'too risky' })
  await expect(invoke(create, agent, risky)).rejects.toMatchObject({
    code: 'blocked',
    data: { action_id, decision: { decision: 'block', reason: expect.stringContaining('too risky') } },
  })
})

test('403 for a replay by idempotency key while the org is halted', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const keyed = { ...harmless, idempotency_key: 'k1' }
  await invoke(create, agent, keyed)
  await invoke(start, await org.as('admin'), { reason: 'drill' })
  await expect(invoke(create, agent, keyed)).rejects.toMatchObject({ code: 'blocked' })
})

test('leaving the agent away is no way around a pause', async () => {
  const org = await testOrg(server.runtime)
  await invoke(pause, await org.as('admin'), { agent_id: 'a1' })
  const { agent_id: _, ...nameless } = harmless
  expect(await invoke(evaluate, await org.as('member'), nameless)).toMatchObject({ decision: 'require_approval' })
})

test('content cut inside a character is recorded, and its neighbours in the batch with it', async () => {
  const agent = await (await testOrg(server.runtime)).as('member')
  const odd = { ...harmless, content: `${'a'.repeat(4095)}😀` }
  const answers = await Promise.all([odd, harmless, harmless].map((request) => invoke(evaluate, agent, request)))
  expect(answers.map(({ decision }) => decision)).toEqual(['allow', 'allow', 'allow'])
})

test('400 an act without a target cannot be allowed for a while', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await invoke(create, await org.as('member'), risky)
  const admin = await org.as('admin')
  await expect(invoke(decide, admin, { action_id, decision: 'allow', grant_minutes: 60 })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  expect(await invoke(decide, admin, { action_id, decision: 'allow' })).toMatchObject({ success: true })
})
