import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { getStats } from './get-stats.op.ts'
import { catastrophic, recorded, risky } from './test-actions.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 counts the last day by how the actions stand, and the day before', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await recorded(ctx)
  await recorded(ctx, { status: 'completed' })
  server.advance(25 * 3_600_000)
  await recorded(ctx, { status: 'completed' })
  await recorded(ctx, { status: 'failed', agent_id: 'a2' })
  await recorded(ctx, { status: 'cancelled' })
  await invoke(create, ctx, risky)
  await invoke(create, ctx, catastrophic).catch(() => undefined)
  const counts = { total: 5, completed: 1, failed: 1, blocked: 1, cancelled: 1, approval: 1, previous_total: 2 }
  expect(await invoke(getStats, ctx, {})).toEqual(counts)
  const bound = await org.as('member', { agentId: 'a2' })
  expect(await invoke(getStats, bound, {})).toMatchObject({ total: 1, failed: 1, previous_total: 0 })
  const stranger = await (await testOrg(server.runtime)).as('member')
  expect(await invoke(getStats, stranger, {})).toMatchObject({ total: 0, previous_total: 0 })
})
