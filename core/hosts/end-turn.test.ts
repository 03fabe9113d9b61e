import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { ask } from './ask.op.ts'
import { endTurn } from './end-turn.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const answer = (id: string, output = 42) => ({
  type: 'assistant',
  requestId: 'req_1',
  message: { id, model: 'claude-sonnet-4-5', usage: { input_tokens: 100, output_tokens: output } },
})
const turn = { host: 'claude-code', session_id: 's1' }

async function agent() {
  return (await testOrg(server.runtime)).as('member', { agentId: 'coder' })
}

async function session(ctx: Awaited<ReturnType<typeof agent>>) {
  return ctx.db
    .selectFrom('guard_session')
    .select(['cost_micros', 'tokens', 'decisions'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('session_id', '=', 's1')
    .executeTakeFirst()
}

test('200: tokens and cost land on the session that the calls were decided in', async () => {
  const ctx = await agent()
  await invoke(ask, ctx, { ...turn, tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't1' })
  const told = await invoke(endTurn, ctx, { ...turn, records: [answer('m1', 1), answer('m1'), answer('m2')] })
  // Sonnet 4.5: 3 USD a million tokens in, 15 USD out.
  expect(told).toMatchObject({ answers: 2, tokens_in: 200, tokens_out: 84, unpriced_models: [] })
  expect(told.cost_usd).toBeCloseTo((200 * 3 + 84 * 15) / 1e6, 6)
  const row = await session(ctx)
  expect(Number(row?.cost_micros)).toBe(Math.round(told.cost_usd * 1e6))
  expect([Number(row?.tokens), row?.decisions]).toEqual([284, 1])
})

test('of 20 parallel reports of one turn one counts; a session that goes on elsewhere counts nothing twice', async () => {
  const ctx = await agent()
  const report = (session_id: string) => invoke(endTurn, ctx, { ...turn, session_id, records: [answer('m1')] })
  const told = await Promise.all(Array.from({ length: 20 }, () => report('s1')))
  expect(
    told
      .map(({ answers }) => answers)
      .toSorted((a, b) => b - a)
      .slice(0, 2),
  ).toEqual([1, 0])
  expect(Number((await session(ctx))?.tokens)).toBe(142)
  expect(await report('s2')).toMatchObject({ answers: 0 })
})

test('a model without a known price is named, and its tokens count', async () => {
  const ctx = await agent()
  const usage = { input_tokens: 5, output_tokens: 5 }
  const records = [{ type: 'assistant', message: { id: 'm1', model: 'house-model', usage } }]
  expect(await invoke(endTurn, ctx, { ...turn, records })).toMatchObject({
    answers: 1,
    cost_usd: 0,
    unpriced_models: ['house-model'],
  })
})

test('calls that never ended are closed when the session ends; young ones wait for their end before that', async () => {
  const ctx = await agent()
  for (const n of [1, 2]) {
    await invoke(ask, ctx, { ...turn, tool_name: 'Bash', tool_input: { command: `ls ${n}` }, tool_use_id: `t${n}` })
  }
  expect(await invoke(endTurn, ctx, turn)).toMatchObject({ closed: 0 })
  expect(await invoke(endTurn, ctx, { ...turn, ended: true })).toMatchObject({ closed: 2 })
  expect(await invoke(endTurn, ctx, { ...turn, ended: true })).toMatchObject({ closed: 0 })
})

test('400 without a session, or without an agent where the key is bound to none', async () => {
  await expect(invoke(endTurn, await agent(), { host: 'codex' })).rejects.toMatchObject({ status: 400 })
  const unbound = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(endTurn, unbound, turn)).rejects.toMatchObject({ status: 400 })
})
