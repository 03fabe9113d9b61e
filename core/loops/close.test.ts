import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonsOf, recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { close } from './close.op.ts'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function opened(ctx: Parameters<typeof recorded>[0]): Promise<string> {
  const { action_id } = await recorded(ctx)
  return (await invoke(create, ctx, { action_id, loop_type: 'review', description: 'look again' })).loop_id
}

test('200 resolves with the resolution, redacted; 200 cancels without one', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  const loop_id = await opened(ctx)
  const { loop } = await invoke(close, ctx, { loop_id, resolution: `done with ${secret}` })
  expect(loop).toMatchObject({ loop_id, status: 'resolved' })
  expect(loop.resolution).not.toContain(secret)
  expect(loop.resolved_at).not.toBeNull()
  const cancelled = await invoke(close, ctx, { id: await opened(ctx), status: 'cancelled' })
  expect(cancelled.loop).toMatchObject({ status: 'cancelled', resolution: null })
})

test('of ten parallel callers one closes it, nine get 409 with how it was closed', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const loop_id = await opened(ctx)
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) =>
      invoke(close, ctx, n % 2 === 0 ? { loop_id, resolution: `by ${n}` } : { loop_id, status: 'cancelled' }),
    ),
  )
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  const { status } = (await invoke(get, ctx, { loop_id })).loop
  for (const reason of reasonsOf(results)) {
    expect(reason).toMatchObject({ code: 'conflict', message: `Loop is already ${status}`, data: { status } })
  }
})

test('400 resolved without a resolution; 404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const loop_id = await opened(ctx)
  await expect(invoke(close, ctx, { loop_id })).rejects.toMatchObject({ code: 'invalid_input' })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    const closing = invoke(close, who, { loop_id, resolution: 'x' })
    await expect(closing).rejects.toMatchObject({ code: 'not_found', message: 'Open loop not found' })
  }
})
