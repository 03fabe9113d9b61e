import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { pause } from './pause.op.ts'
import { resume } from './resume.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 lets the agent act again; another org cannot lift the pause', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const admin = await org.as('admin')
  await invoke(pause, admin, { agent_id: 'a1', reason: 'r' })
  await invoke(resume, await (await testOrg(server.runtime)).as('admin'), { agent_id: 'a1' })
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'block' })
  const running = { agent_id: 'a1', paused: false, reason: null, paused_by: null, paused_at: null }
  expect(await invoke(resume, admin, { agent_id: 'a1' })).toEqual(running)
  expect(await invoke(resume, admin, { agent_id: 'a1' })).toEqual(running)
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'allow' })
  await expect(invoke(resume, ctx, { agent_id: 'a1' })).rejects.toMatchObject({ code: 'forbidden' })
})
