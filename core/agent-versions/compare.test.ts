import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { compare } from './compare.op.ts'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 what differs between any two versions, in both directions; 404 for one of another agent', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  for (const agent_id of ['a1', 'a2']) await invoke(createAgent, admin, { agent_id })
  await invoke(create, ctx, { agent_id: 'a1', prompt: 'a\nb\n', config: { t: 1 } })
  await invoke(create, ctx, { agent_id: 'a1', prompt: 'a\nc\n' })
  await invoke(create, ctx, { agent_id: 'a1', config: { t: 2 } })
  const told = await invoke(compare, ctx, { agent_id: 'a1', from: '1', to: '3' })
  expect([told.from.version_number, told.to.version_number]).toEqual([1, 3])
  expect(told.diff).toMatchObject({ prompt: { added: 1, removed: 1 }, config: { changed: { t: { from: 1, to: 2 } } } })
  expect((await invoke(compare, ctx, { agent_id: 'a1', from: '3', to: '1' })).diff.config).toEqual({
    changed: { t: { from: 2, to: 1 } },
  })
  expect((await invoke(compare, ctx, { agent_id: 'a1', from: '2', to: '2' })).diff).toEqual({})
  const { version } = await invoke(create, ctx, { agent_id: 'a2', prompt: 'x' })
  const foreign = { agent_id: 'a1', from: '1', to: version.version_id }
  await expect(invoke(compare, ctx, foreign)).rejects.toMatchObject({ code: 'not_found' })
})
