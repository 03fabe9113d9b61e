import { afterAll, beforeAll, expect, test } from 'vitest'
import { catastrophic, harmless } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'
import { getDecision } from './get-decision.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 explains a decision by the clauses that fired and what they saw', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const asked = await invoke(evaluate, ctx, { ...catastrophic, risk_score: 90 })
  const shown = await invoke(getDecision, ctx, { decision_id: asked.decision_id })
  expect(shown).toMatchObject({
    decision: {
      id: asked.decision_id,
      seq: asked.ledger.seq,
      decision: 'block',
      act_hash: asked.act_digest,
      agent_risk_score: 90,
    },
    risk_breakdown: asked.risk_breakdown,
    request: { action_type: 'cleanup', act: catastrophic.act },
  })
  expect(shown.explain).toEqual(asked.explain)
})

test('404 for an action id says where the id of its decision is', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(getDecision, ctx, { decision_id: 'act_0199' })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('guard_decision_id'),
  })
})

test('secrets of the request are not on record', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const act = { kind: 'shell', command: `aws configure set key ${secret}` }
  const { decision_id } = await invoke(evaluate, ctx, {
    ...harmless,
    act,
    content: secret,
    declared_goal: secret,
    target: secret,
  })
  expect(JSON.stringify(await invoke(getDecision, ctx, { decision_id }))).not.toContain(secret)
  const rows = await ctx.db.selectFrom('ledger_entry').select('body').where('org_id', '=', ctx.actor.orgId).execute()
  expect(JSON.stringify(rows)).not.toContain(secret)
})

test('404 across orgs, for another agent of the org, and for an id of an action', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { decision_id } = await invoke(evaluate, ctx, harmless)
  expect(await invoke(getDecision, await org.as('member', { agentId: 'a1' }), { decision_id })).toMatchObject({
    decision: { id: decision_id },
  })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(getDecision, who, { decision_id })).rejects.toMatchObject({ code: 'not_found' })
  }
  await expect(invoke(getDecision, ctx, { decision_id: 'act_1' })).rejects.toMatchObject({ code: 'not_found' })
})
