import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { close } from './close.op.ts'
import { create } from './create.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 most urgent first, then newest, with counts; filtered by every field', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const other = await recorded(ctx, { agent_id: 'a2' })
  const open = async (priority: string, more: object = {}) => {
    server.advance(10)
    return (await invoke(create, ctx, { action_id, loop_type: 'review', description: 'x', priority, ...more })).loop_id
  }
  const low = await open('low')
  const high = await open('high', { loop_type: 'question' })
  const critical = await open('critical', { action_id: other.action_id })
  const high2 = await open('high')
  await invoke(close, ctx, { loop_id: low, resolution: 'done' })
  const page = await invoke(list, ctx, {})
  expect(page.loops.map((loop) => loop.loop_id)).toEqual([critical, high2, high, low])
  expect(page).toMatchObject({
    total: 4,
    stats: { open_count: 3, resolved_count: 1, critical_open: 1, high_open: 2 },
    next_cursor: null,
  })
  const ids = async (query: object) => (await invoke(list, ctx, query)).loops.map((loop) => loop.loop_id)
  expect(await ids({ status: 'resolved' })).toEqual([low])
  expect(await ids({ loop_type: 'question' })).toEqual([high])
  expect(await ids({ priority: 'critical' })).toEqual([critical])
  expect(await ids({ action_id: other.action_id })).toEqual([critical])
  expect(await ids({ agent_id: 'a2' })).toEqual([critical])
  expect(await ids({ to: '2020-01-01T00:00:00Z' })).toEqual([])
  expect((await invoke(list, ctx, { status: 'open' })).total).toBe(3)
  const bound = await org.as('member', { agentId: 'a2' })
  expect((await invoke(list, bound, { agent_id: 'a1' })).loops.map((loop) => loop.loop_id)).toEqual([critical])
})

test('cursor pages give every row once; another org sees none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { action_id } = await recorded(ctx)
  const open = (n: number) =>
    invoke(create, ctx, { action_id, loop_type: 'other', description: 'x', priority: n % 2 ? 'low' : 'high' })
  await Promise.all(Array.from({ length: 7 }, (_, n) => open(n)))
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await invoke(list, ctx, { limit: 2, ...(cursor ? { cursor } : {}) })
    seen.push(...page.loops.map((loop) => loop.loop_id))
    cursor = page.next_cursor
  } while (cursor)
  expect([seen.length, new Set(seen).size]).toEqual([7, 7])
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(list, stranger, { action_id })).toMatchObject({ loops: [], total: 0, stats: { open_count: 0 } })
})

test('400 for a cursor that no list gave out', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const forged = (parts: unknown[]) => ({ cursor: Buffer.from(JSON.stringify(parts)).toString('base64url') })
  for (const parts of [
    [2 ** 40, '2026-01-01T00:00:00Z', 'x'],
    [1, '0000-01-01T00:00:00Z', 'x'],
    [1],
    [1, 'x', 'y'],
    ['1', '2026-01-01T00:00:00Z', 'x'],
  ]) {
    await expect(invoke(list, ctx, forged(parts))).rejects.toMatchObject({ code: 'invalid_input' })
  }
})
