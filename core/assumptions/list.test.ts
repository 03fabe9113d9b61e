import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { update } from './update.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first, filtered, with the drift of what nobody checked', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const other = await recorded(ctx, { agent_id: 'a2' })
  const assume = async (assumption: string, about = action_id) =>
    (await invoke(create, ctx, { action_id: about, assumption })).assumption_id
  const old = await assume('old')
  const checked = await assume('checked')
  const wrong = await assume('wrong')
  await invoke(update, ctx, { assumption_id: checked, validated: true })
  await invoke(update, ctx, { assumption_id: wrong, validated: false, invalidated_reason: 'no' })
  server.advance(15 * 86_400_000)
  const fresh = await assume('fresh', other.action_id)
  const page = await invoke(list, ctx, { drift: true })
  expect(page.assumptions[0]?.assumption_id).toBe(fresh)
  const drift = Object.fromEntries(page.assumptions.map((one) => [one.assumption_id, one.drift_score]))
  expect(drift).toEqual({ [old]: 50, [checked]: 0, [wrong]: null, [fresh]: 0 })
  expect(page).toMatchObject({
    total: 4,
    drift_summary: { total: 4, at_risk: 1, validated: 1, invalidated: 1, unvalidated: 2 },
  })
  const ids = async (query: object) => (await invoke(list, ctx, query)).assumptions.map((one) => one.assumption_id)
  expect(await ids({ stale: true })).toEqual([old])
  expect(await ids({ validated: true })).toEqual([checked])
  expect(await ids({ agent_id: 'a2' })).toEqual([fresh])
  expect(await ids({ action_id: other.action_id })).toEqual([fresh])
  const about = await invoke(list, ctx, { action_id: other.action_id, drift: true })
  expect(about.drift_summary, 'issue 2: the summary is of the same action').toMatchObject({ total: 1, at_risk: 0 })
  const bound = await org.as('member', { agentId: 'a2' })
  expect(await invoke(list, bound, { agent_id: 'a1', drift: true })).toMatchObject({
    total: 1,
    drift_summary: { total: 1 },
  })
})

test('cursor pages give every row once; another org sees none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  await Promise.all(Array.from({ length: 5 }, (_, n) => invoke(create, ctx, { action_id, assumption: `n ${n}` })))
  const first = await invoke(list, ctx, { limit: 3 })
  const second = await invoke(list, ctx, { limit: 3, cursor: first.next_cursor })
  expect(new Set([...first.assumptions, ...second.assumptions].map((one) => one.assumption_id)).size).toBe(5)
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(list, stranger, { action_id })).toMatchObject({ assumptions: [], total: 0 })
})
