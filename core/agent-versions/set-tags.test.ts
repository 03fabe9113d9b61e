import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { setTags } from './set-tags.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('a tag that moves stands on exactly one version, whoever moves it at once', async () => {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  for (let n = 0; n < 8; n += 1) await invoke(create, ctx, { agent_id: 'a1', prompt: `p${n}` })
  const move = (n: number) => invoke(setTags, ctx, { agent_id: 'a1', version_id: `${n}`, tags: ['live'], move: true })
  await Promise.all(Array.from({ length: 8 }, (_, n) => move(n + 1)))
  expect((await invoke(list, ctx, { agent_id: 'a1', tag: 'live' })).versions).toHaveLength(1)
})

test('404 for a version that is not there, 400 for a tag that is none', async () => {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  const none = { agent_id: 'a1', version_id: '7', tags: ['x'] }
  await expect(invoke(setTags, ctx, none)).rejects.toMatchObject({ code: 'not_found' })
  const bad = { agent_id: 'a1', version_id: '1', tags: ['a b'] }
  await expect(invoke(setTags, ctx, bad)).rejects.toMatchObject({ code: 'invalid_input' })
})
