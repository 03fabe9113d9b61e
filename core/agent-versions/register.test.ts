import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { register } from './register.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('201 the agent and its first version; an id is made when none is given', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const made = await invoke(register, ctx, { name: 'Ann', prompt: 'p', config: { t: 1 } })
  expect(made.agent).toMatchObject({
    agent_id: expect.stringMatching(/^agent_/),
    agent_name: 'Ann',
    current_version_id: made.version.version_id,
    registered_at: expect.any(String),
  })
  expect(made.version).toMatchObject({ version_number: 1, prompt: 'p', tools: [], config: { t: 1 } })
})

test('409 for one that is registered, and one agent of ten at once; the idempotency key answers the same', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  await invoke(createAgent, ctx, { agent_id: 'a1' })
  await expect(invoke(register, ctx, { agent_id: 'a1', name: 'x' })).rejects.toMatchObject({ code: 'conflict' })
  const raced = await Promise.allSettled(
    Array.from({ length: 10 }, () => invoke(register, ctx, { agent_id: 'a2', name: 'x' })),
  )
  expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const sent = { name: 'y', idempotency_key: 'k' }
  const one = await invoke(register, ctx, sent)
  expect(await invoke(register, ctx, sent)).toEqual({ ...one, idempotent_replay: true })
})
