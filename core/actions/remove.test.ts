import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as assume } from '#core/assumptions/create.op'
import { get as getAssumption } from '#core/assumptions/get.op'
import { list as listApprovals } from '#core/approvals/list.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { remove } from './remove.op.ts'
import { recorded, risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 deletes by id with what hangs on it, and says so in the ledger', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  const { action_id } = await recorded(ctx)
  const { assumption_id } = await invoke(assume, ctx, { action_id, assumption: 'x' })
  const pending = await invoke(create, ctx, risky)
  const kept = await recorded(ctx)
  const ids = [action_id, pending.action_id]
  const gone = await invoke(remove, ctx, { action_ids: ids })
  expect({ ...gone, action_ids: gone.action_ids.toSorted() }).toEqual({ deleted: 2, action_ids: ids.toSorted() })
  expect((await invoke(list, ctx, {})).actions.map((action) => action.action_id)).toEqual([kept.action_id])
  expect((await invoke(listApprovals, ctx, {})).approvals).toEqual([])
  await expect(invoke(getAssumption, ctx, { assumption_id })).rejects.toMatchObject({ code: 'not_found' })
  const entries = ctx.db.selectFrom('ledger_entry').select('body').where('org_id', '=', org.orgId)
  const bodies = (await entries.execute()).map(({ body }) => body)
  expect(bodies.filter((body) => body.includes('actions.deleted') && body.includes(action_id))).toHaveLength(1)
  // The record of what was decided stays.
  expect(bodies.some((body) => body.includes('"action_id"') && body.includes(pending.action_id))).toBe(true)
  expect(await invoke(remove, ctx, { action_ids: ids })).toEqual({ deleted: 0, action_ids: [] })
})

test.each([
  ['agent_id', { agent_id: 'a2' }],
  ['status', { status: 'completed' }],
  ['before', { before: '2020-01-01T00:00:00Z' }],
])('200 deletes by %s only what matches', async (name, filter) => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  await recorded(ctx)
  const matching = await recorded(ctx, { agent_id: 'a2', status: 'completed' })
  const expected = name === 'before' ? [] : [matching.action_id]
  expect((await invoke(remove, ctx, filter)).action_ids).toEqual(expected)
})

test('400 without a filter: nothing is deleted by accident', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  await expect(invoke(remove, ctx, {})).rejects.toMatchObject({ code: 'invalid_input' })
  await recorded(ctx)
  await expect(invoke(remove, ctx, { action_ids: [] })).rejects.toMatchObject({ code: 'invalid_input' })
  expect((await invoke(list, ctx, {})).total).toBe(1)
})

test('403 for a member; another org deletes nothing', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  await expect(invoke(remove, ctx, { action_id })).rejects.toMatchObject({ code: 'forbidden' })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(remove, stranger, { action_id })).toEqual({ deleted: 0, action_ids: [] })
  expect((await invoke(list, ctx, {})).total).toBe(1)
})
