import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { deliver } from './deliver.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const late = {
  host: 'claude-code',
  session_id: 's1',
  tool_name: 'Bash',
  tool_input: { command: 'git push --force' },
  tool_use_id: 't1',
  kind: 'deny',
  at: '1700000000',
}

test('200: on the record once, marked as told late, and nobody is asked to approve what is over', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member', { agentId: 'coder' })
  const told = await Promise.all(Array.from({ length: 8 }, () => invoke(deliver, ctx, late)))
  expect(told.filter(({ recorded }) => recorded)).toHaveLength(1)
  const decisions = await ctx.db
    .selectFrom('guard_decision')
    .select(['decision', 'agent_id', 'context'])
    .where('org_id', '=', ctx.actor.orgId)
    .execute()
  expect(decisions).toMatchObject([{ decision: 'require_approval', agent_id: 'coder' }])
  expect(JSON.stringify(decisions[0]?.context)).toContain('told late')
  const approvals = await ctx.db.selectFrom('approval').select('id').where('org_id', '=', ctx.actor.orgId).execute()
  expect(approvals).toEqual([])
})

test('400 for another kind', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member', { agentId: 'coder' })
  await expect(invoke(deliver, ctx, { ...late, kind: 'maybe' })).rejects.toMatchObject({ status: 400 })
})
