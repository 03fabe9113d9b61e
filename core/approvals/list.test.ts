import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { recorded, risky } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'
import { list } from './list.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 newest first, by state and agent, bound to the digest of the act', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const first = await invoke(create, ctx, risky)
  server.advance(10)
  const second = await recorded(ctx, { agent_id: 'a2', status: 'pending_approval' })
  await invoke(decide, await org.as('admin'), { action_id: first.action_id, decision: 'deny', reasoning: 'no' })
  const all = await invoke(list, ctx, {})
  expect(all).toMatchObject({
    approvals: [
      { action_id: second.action_id, state: 'pending', act_digest: second.act_digest, decided_by: null },
      { action_id: first.action_id, state: 'denied', reasoning: 'no', decided_by: 'admin key' },
    ],
    next_cursor: null,
  })
  expect((await invoke(list, ctx, { state: 'pending' })).approvals).toHaveLength(1)
  expect((await invoke(list, ctx, { agent_id: 'a1' })).approvals).toHaveLength(1)
  const bound = await org.as('member', { agentId: 'a2' })
  expect((await invoke(list, bound, { agent_id: 'a1' })).approvals).toMatchObject([{ agent_id: 'a2' }])
})

test('a pending approval whose time is over is not offered any more', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await recorded(ctx, { status: 'pending_approval', approval_wait_seconds: 5 })
  expect((await invoke(list, ctx, { state: 'pending' })).approvals).toHaveLength(1)
  server.advance(16 * 60_000)
  expect((await invoke(list, ctx, { state: 'pending' })).approvals).toEqual([])
})

test('cursor pages give every approval once; another org sees none', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await Promise.all(Array.from({ length: 5 }, () => recorded(ctx, { status: 'pending_approval' })))
  const first = await invoke(list, ctx, { limit: 3 })
  const second = await invoke(list, ctx, { limit: 3, cursor: first.next_cursor })
  expect(new Set([...first.approvals, ...second.approvals].map((one) => one.id)).size).toBe(5)
  expect(second.next_cursor).toBeNull()
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(list, stranger, {})).toEqual({ approvals: [], next_cursor: null })
})
