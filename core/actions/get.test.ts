import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as assume } from '#core/assumptions/create.op'
import { decide } from '#core/approvals/decide.op'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { create as openLoop } from '#core/loops/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'
import { recorded, risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 with the action, its assumptions and its loops', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const action = await recorded(ctx)
  const about = { action_id: action.action_id }
  const { assumption_id } = await invoke(assume, ctx, { ...about, assumption: 'the file exists' })
  const { loop_id } = await invoke(openLoop, ctx, { ...about, loop_type: 'question', description: 'who owns it?' })
  expect(await invoke(get, ctx, about)).toMatchObject({
    action,
    assumptions: [{ assumption_id }],
    open_loops: [{ loop_id }],
    message_summary: { total: 0, participants: [], first_message_at: null, last_message_at: null },
  })
})

test('reading an approved action hands it to the key that asked, and to nobody else', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  await invoke(decide, await org.as('admin'), { action_id, decision: 'allow' })
  expect((await invoke(get, await org.as('readonly'), { action_id })).action.released_at).toBeNull()
  expect((await invoke(get, ctx, { action_id })).action.released_at).not.toBeNull()
  expect((await invoke(evaluate, ctx, risky)).decision).toBe('require_approval')
})

test('an approval that ran out is told as expired by whoever reads it first, once', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await invoke(create, ctx, risky)
  server.advance(25 * 3_600_000)
  const reads = await Promise.all(Array.from({ length: 5 }, () => invoke(get, ctx, { action_id })))
  for (const { action } of reads) expect(action).toMatchObject({ status: 'expired', approved_by: null })
  const entries = ctx.db
    .selectFrom('ledger_entry')
    .select('body')
    .where('org_id', '=', org.orgId)
    .where('kind', '=', 'approval')
  expect((await entries.execute()).filter(({ body }) => body.includes('"state":"expired"'))).toHaveLength(1)
})

test('404 across orgs and for another agent of the org; a decision id is told apart', async () => {
  const org = await testOrg(server.runtime)
  const { action_id } = await recorded(await org.as('member'))
  for (const ctx of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(get, ctx, { action_id })).rejects.toMatchObject({
      code: 'not_found',
      message: 'Action not found',
    })
  }
  const bound = await org.as('member', { agentId: 'a1' })
  expect((await invoke(get, bound, { action_id })).action.action_id).toBe(action_id)
  await expect(invoke(get, bound, { action_id: 'act_gd_0123456789abcdef' })).rejects.toMatchObject({
    code: 'WRONG_ID_KIND',
    data: { decision_url: '/api/guard/decisions/act_gd_0123456789abcdef' },
  })
})
