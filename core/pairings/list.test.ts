import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentKeys } from '#core/identities/test-keys'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { approve } from './approve.op.ts'
import { create } from './create.op.ts'
import { list } from './list.op.ts'
import { sweepPairings } from './store.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 by state, newest first, page by page, of this org only; a day after their end they are gone', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const make = async (agent_id: string) =>
    (await invoke(create, admin, { agent_id, public_key: agentKeys().publicKey })).pairing
  const [a, b, c] = [await make('a'), await make('b'), await make('c')]
  await invoke(approve, admin, { id: a.id })
  const first = await invoke(list, admin, { limit: 1 })
  expect(first.pairings).toEqual([c])
  expect(await invoke(list, admin, { limit: 1, cursor: first.next_cursor })).toMatchObject({
    pairings: [b],
    next_cursor: null,
  })
  expect((await invoke(list, admin, { status: 'approved' })).pairings).toMatchObject([{ id: a.id, status: 'approved' }])
  const other = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(list, other, {})).pairings).toEqual([])
  server.advance(16 * 60_000)
  expect((await invoke(list, admin, {})).pairings).toEqual([])
  expect((await invoke(list, admin, { status: 'expired' })).pairings).toMatchObject([
    { status: 'expired' },
    { id: b.id },
  ])
  server.advance(25 * 3_600_000)
  await sweepPairings(server.runtime)
  expect((await invoke(list, admin, { status: 'expired' })).pairings).toEqual([])
  expect((await invoke(list, admin, { status: 'approved' })).pairings).toHaveLength(1)
})

test('403 for a member', async () => {
  const member = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(list, member, {})).rejects.toMatchObject({ code: 'forbidden' })
})
