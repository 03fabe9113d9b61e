import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { get } from './get.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 by id, by number and the current one; 404 for a version of another agent', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  for (const agent_id of ['a1', 'a2']) await invoke(createAgent, admin, { agent_id })
  await expect(invoke(get, ctx, { agent_id: 'a1', version_id: 'current' })).rejects.toMatchObject({ code: 'not_found' })
  const { version: one } = await invoke(create, ctx, { agent_id: 'a1', prompt: 'one' })
  const { version: two } = await invoke(create, ctx, { agent_id: 'a1', prompt: 'two' })
  const read = async (version_id: string) => (await invoke(get, ctx, { agent_id: 'a1', version_id })).version
  expect(await read(one.version_id)).toEqual(one)
  expect(await read('1')).toEqual(one)
  expect(await read('current')).toEqual(two)
  const { version: foreign } = await invoke(create, ctx, { agent_id: 'a2', prompt: 'x' })
  for (const version_id of [foreign.version_id, '3', 'ver_none']) {
    await expect(read(version_id)).rejects.toMatchObject({ code: 'not_found' })
  }
})
