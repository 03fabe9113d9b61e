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

test('200 with the state of its action; 404 across orgs and for another agent of the org', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const { action_id } = await recorded(ctx, { status: 'completed' })
  const { loop_id } = await invoke(create, ctx, { action_id, loop_type: 'handoff', description: 'x' })
  expect(await invoke(get, ctx, { loop_id })).toMatchObject({
    loop: { loop_id, action_status: 'completed', action_type: 'review' },
  })
  for (const who of [await (await testOrg(server.runtime)).as('admin'), await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(get, who, { loop_id })).rejects.toMatchObject({
      code: 'not_found',
      message: 'Open loop not found',
    })
  }
})
