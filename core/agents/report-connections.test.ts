import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { listConnections } from './list-connections.op.ts'
import { reportConnections } from './report-connections.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 keeps what is right, tells what is not, and the newest report of a name stands', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const sent = [
    { name: 'repo', type: 'oauth', status: 'connected' },
    { provider: 'slack' },
    { type: 'nameless' },
    'no object',
    { name: 'repo', provider: 'github', status: 'error' },
  ]
  const answer = await invoke(reportConnections, ctx, { agent_id: 'a1', connections: sent })
  expect(answer).toEqual({
    connections: [
      {
        agent_id: 'a1',
        name: 'repo',
        provider: 'github',
        type: null,
        status: 'error',
        reported_at: expect.any(String),
      },
      {
        agent_id: 'a1',
        name: 'slack',
        provider: 'slack',
        type: null,
        status: 'active',
        reported_at: expect.any(String),
      },
    ],
    created: 2,
    errors: [
      { index: 2, error: 'name or provider is required' },
      { index: 3, error: expect.stringContaining('expected object') },
    ],
  })
  await invoke(reportConnections, ctx, { agent_id: 'a1', connections: [{ name: 'repo', status: 'connected' }] })
  expect((await invoke(listConnections, ctx, { agent_id: 'a1' })).connections).toMatchObject([
    { name: 'repo', provider: 'repo', status: 'connected' },
    { name: 'slack' },
  ])
  expect(await invoke(reportConnections, ctx, { agent_id: 'a1', connections: [] })).toEqual({
    connections: [],
    created: 0,
  })
})

test('parallel reports lose nothing and together stay below the limit', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      invoke(reportConnections, ctx, {
        agent_id: 'a1',
        connections: Array.from({ length: 50 }, (__, k) => ({ name: `c-${n}-${k}` })),
      }),
    ),
  )
  expect(answers.reduce((sum, { created }) => sum + created, 0)).toBe(200)
  expect(answers.reduce((sum, { errors }) => sum + (errors?.length ?? 0), 0)).toBe(100)
  expect((await invoke(listConnections, ctx, {})).total).toBe(200)
  const again = await invoke(reportConnections, ctx, { agent_id: 'a1', connections: [{ name: 'one more' }] })
  expect(again.errors).toEqual([{ index: 0, error: 'an agent has at most 200 connections' }])
})

test('400 without an agent and for more than a hundred; 403 for another agent than its own', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  const many = Array.from({ length: 101 }, () => ({ name: 'x' }))
  for (const input of [{ connections: [] }, { agent_id: 'a1', connections: many }, { agent_id: 'a1' }]) {
    await expect(invoke(reportConnections, ctx, input)).rejects.toMatchObject({ code: 'invalid_input' })
  }
  const bound = await org.as('member', { agentId: 'a1' })
  await expect(invoke(reportConnections, bound, { agent_id: 'a2', connections: [] })).rejects.toMatchObject({
    code: 'AGENT_MISMATCH',
  })
})
