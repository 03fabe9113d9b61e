import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { agentKeys } from './test-keys.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 by agent, page by page, of this org only', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  for (const agent_id of ['c', 'a', 'b']) await invoke(create, admin, { agent_id, public_key: agentKeys().publicKey })
  const first = await invoke(list, admin, { limit: 2 })
  expect(first.identities.map(({ agent_id }) => agent_id)).toEqual(['a', 'b'])
  const second = await invoke(list, admin, { limit: 2, cursor: first.next_cursor })
  expect(second).toMatchObject({ identities: [{ agent_id: 'c' }], next_cursor: null })
  const other = await (await testOrg(server.runtime)).as('admin')
  expect(await invoke(list, other, {})).toEqual({ identities: [], next_cursor: null })
})

test('403 for a member', async () => {
  const member = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(list, member, {})).rejects.toMatchObject({ code: 'forbidden' })
})
