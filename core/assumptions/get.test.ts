import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 for its org and agent, 404 for everybody else', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx)
  const { assumption, assumption_id } = await invoke(create, ctx, { action_id, assumption: 'x' })
  expect(await invoke(get, ctx, { assumption_id })).toEqual({ assumption })
  expect(await invoke(get, await org.as('member', { agentId: 'a1' }), { assumption_id })).toEqual({ assumption })
  const stranger = await (await testOrg(server.runtime)).as('admin')
  for (const who of [stranger, await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(get, who, { assumption_id })).rejects.toMatchObject({ code: 'not_found' })
  }
})
