import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { count } from './count.op.ts'
import { create } from './create.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('200 counts those of the org; a key bound to an agent counts itself', async () => {
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  for (const agent_id of ['a1', 'a2', 'a3']) await invoke(create, admin, { agent_id })
  expect(await invoke(count, admin, {})).toEqual({ total: 3, exact: true })
  expect(await invoke(count, await org.as('member', { agentId: 'a2' }), {})).toEqual({ total: 1, exact: true })
  expect(await invoke(count, await (await testOrg(server.runtime)).as('admin'), {})).toMatchObject({ total: 0 })
})

test('past ten thousand it says so, and counts no further', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const rows = Array.from({ length: 10_001 }, (_, n) => ({ org_id: admin.actor.orgId, agent_id: `a${n}` }))
  await admin.db.insertInto('agent').values(rows).execute()
  expect(await invoke(count, admin, {})).toEqual({ total: 10_000, exact: false })
})

test('with over a thousand the number is told again for five seconds, with fewer it never is', async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  const add = (from: number, to: number) =>
    admin.db
      .insertInto('agent')
      .values(Array.from({ length: to - from }, (_, n) => ({ org_id: admin.actor.orgId, agent_id: `a${from + n}` })))
      .execute()
  const total = async () => (await invoke(count, admin, {})).total
  await add(0, 999)
  const few = [await total(), await add(999, 1000).then(total), await add(1000, 1001).then(total)]
  expect(few).toEqual([999, 1000, 1001])
  await add(1001, 1500)
  server.advance(6000)
  expect(await total()).toBe(1500)
})
