import { afterAll, beforeAll, expect, test } from 'vitest'
import { catastrophic, harmless, risky } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'
import { listDecisions } from './list-decisions.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first, filtered, with the sums of the last day', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(evaluate, ctx, harmless)
  server.advance(2 * 86_400_000)
  const asked = await invoke(evaluate, ctx, risky)
  const blocked = await invoke(evaluate, ctx, { ...catastrophic, agent_id: 'a2' })
  const page = await invoke(listDecisions, ctx, {})
  expect(page.decisions.map((one) => one.id).slice(0, 2)).toEqual([blocked.decision_id, asked.decision_id])
  expect(page).toMatchObject({
    total: 3,
    stats: { total_24h: 2, blocks_24h: 1, warns_24h: 0, approvals_24h: 1 },
    limit: 50,
    offset: 0,
    next_cursor: null,
  })
  const ids = async (query: object) => (await invoke(listDecisions, ctx, query)).decisions.map((one) => one.id)
  expect(await ids({ decision: 'block' })).toEqual([blocked.decision_id])
  expect(await ids({ agent_id: 'a2' })).toEqual([blocked.decision_id])
  expect(await ids({ action_type: 'nothing-like-it' })).toEqual([])
  const totalOf = async (query: object) => (await invoke(listDecisions, ctx, query)).total
  expect(await totalOf({ action_type: 'nothing-like-it' })).toBe(0)
  expect(await totalOf({ action_type: 'security', limit: 1 })).toBe(
    page.decisions.filter((one) => one.action_type === 'security').length,
  )
  expect(await totalOf({ action_type: harmless.action_type, days: 1 })).toBe(0)
  expect(await ids({ days: 1 })).toHaveLength(2)
  expect(await ids({ since: server.runtime.now().toISOString() })).toEqual([])
  const bound = await org.as('member', { agentId: 'a2' })
  expect(await invoke(listDecisions, bound, { agent_id: 'a1' })).toMatchObject({
    total: 1,
    decisions: [{ agent_id: 'a2' }],
  })
})

test('cursor pages give every decision once while more are made; another org sees none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const made = await Promise.all(
    Array.from({ length: 7 }, (_, n) => invoke(evaluate, ctx, { ...harmless, declared_goal: `n ${n}` })),
  )
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await invoke(listDecisions, ctx, { limit: 3, ...(cursor ? { cursor } : {}) })
    seen.push(...page.decisions.map((one) => one.id))
    cursor = page.next_cursor
    await invoke(evaluate, ctx, harmless)
  } while (cursor)
  expect(seen.toSorted()).toEqual(made.map((one) => one.decision_id).toSorted())
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(listDecisions, stranger, {})).toMatchObject({ decisions: [], total: 0, stats: { total_24h: 0 } })
})

test("the sums of the last day that a bound key sees are its own agent's", async () => {
  const org = await testOrg(server.runtime)
  await invoke(evaluate, await org.as('member'), catastrophic)
  const page = await invoke(listDecisions, await org.as('member', { agentId: 'a2' }), {})
  expect(page).toMatchObject({ decisions: [], total: 0, stats: { total_24h: 0, blocks_24h: 0 } })
})

test.each([{ since: '0000-01-01T00:00:00Z' }, { days: 91 }, { decision: 'maybe' }, { limit: 0 }])(
  '400 for %j',
  async (query) => {
    const ctx = await (await testOrg(server.runtime)).as('member')
    await expect(invoke(listDecisions, ctx, query)).rejects.toMatchObject({ code: 'invalid_input' })
  },
)
