import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { choose } from './choose.op.ts'
import { create } from './create.op.ts'
import { setTraffic } from './set-traffic.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('the current version, then by shares: sticky by the key, and both are served', async () => {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  const pick = (key: string) => invoke(choose, ctx, { agent_id: 'a1', key })
  expect(await pick('s')).toEqual({ version_id: null, version_number: null, by: 'current' })
  for (const prompt of ['one', 'two']) await invoke(create, ctx, { agent_id: 'a1', prompt })
  expect(await pick('s')).toMatchObject({ version_number: 2, by: 'current' })
  const shares = ['1', '2'].map((version_id) => ({ version_id, weight: 1 }))
  await invoke(setTraffic, ctx, { agent_id: 'a1', shares })
  const keys = Array.from({ length: 40 }, (_, n) => `session ${n}`)
  const chosen = await Promise.all(keys.map(pick))
  expect(await Promise.all(keys.map(pick))).toEqual(chosen)
  expect(new Set(chosen.map(({ version_number }) => version_number))).toEqual(new Set([1, 2]))
  expect(chosen.every(({ by }) => by === 'traffic')).toBe(true)
})

test('404 across orgs and for a key bound to another agent', async () => {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const stranger = await (await testOrg(server.runtime)).as('member')
  for (const ctx of [stranger, await org.as('member', { agentId: 'a2' })]) {
    await expect(invoke(choose, ctx, { agent_id: 'a1', key: 'k' })).rejects.toMatchObject({ code: 'not_found' })
  }
})
