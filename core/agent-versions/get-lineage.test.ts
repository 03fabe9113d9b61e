import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { fork } from './fork.op.ts'
import { getLineage } from './get-lineage.op.ts'
import { register } from './register.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 the whole tree from its first agent, whichever of the family is asked about', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin')
  await invoke(register, ctx, { agent_id: 'a', name: 'A' })
  const forkOf = (agent_id: string, new_agent_id: string) =>
    invoke(fork, ctx, { agent_id, new_agent_id, fork_type: 'exact_clone', name: new_agent_id })
  await forkOf('a', 'b')
  await forkOf('a', 'c')
  await forkOf('b', 'd')
  await invoke(register, ctx, { agent_id: 'stranger', name: 'S' })
  const names = (member: { agent_id: string; children: unknown[] }): unknown => [
    member.agent_id,
    (member.children as (typeof member)[]).map(names),
  ]
  for (const agent_id of ['a', 'd']) {
    const { root, truncated } = await invoke(getLineage, ctx, { agent_id })
    expect(names(root)).toEqual([
      'a',
      [
        ['b', [['d', []]]],
        ['c', []],
      ],
    ])
    expect(truncated).toBe(false)
    expect(root).toMatchObject({ fork_type: null, version_number: 1, children: [{ fork_type: 'exact_clone' }, {}] })
  }
  const bound = await org.as('member', { agentId: 'a' })
  await expect(invoke(getLineage, bound, { agent_id: 'a' })).rejects.toMatchObject({ code: 'forbidden' })
})
