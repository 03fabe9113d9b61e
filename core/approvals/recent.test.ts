import { afterAll, beforeAll, expect, test } from 'vitest'
import { cancel } from '#core/actions/cancel.op'
import { create } from '#core/actions/create.op'
import { get } from '#core/actions/get.op'
import { expireDueApprovals } from '#core/actions/index'
import { risky } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'
import { loadSettledSince } from './recent.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('what was decided lately is told in the order of the verdicts, however long it waited before', async () => {
  const org = await testOrg(server.runtime)
  const [agent, person] = [await org.as('member'), await org.as('approver')]
  const ask = async (command: string) =>
    (await invoke(create, agent, { ...risky, act: { kind: 'shell', command } })).action_id
  const ids = [await ask('git push --force origin one'), await ask('git push --force origin two')]
  const longAgo = new Date(server.runtime.now().getTime() - 30 * 86_400_000)
  await server.runtime.db
    .updateTable('approval')
    .set({ created_at: longAgo } as never)
    .where('org_id', '=', org.orgId)
    .execute()
  for (const action_id of ids.toReversed()) await invoke(decide, person, { action_id, decision: 'allow' })
  const since = new Date(server.runtime.now().getTime() - 60_000)
  const told = await loadSettledSince(server.runtime, org.orgId, since, 10)
  expect(told.map((action) => action.action_id)).toEqual(ids.toReversed())
  expect(await loadSettledSince(server.runtime, org.orgId, since, 1)).toMatchObject([{ action_id: ids[0] }])
})

test('issue 2: an approval that nobody fetched is told however old it is, and no longer once it was fetched', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const { action_id } = await invoke(create, agent, risky)
  await invoke(decide, await org.as('approver'), { action_id, decision: 'allow' })
  server.advance(60_000)
  const now = server.runtime.now()
  expect(await loadSettledSince(server.runtime, org.orgId, now, 10)).toMatchObject([{ action_id, status: 'running' }])
  await invoke(get, agent, { action_id })
  expect(await loadSettledSince(server.runtime, org.orgId, now, 10)).toEqual([])
})

test('issue 2: what was withdrawn or ran out before anybody listened is told too', async () => {
  const org = await testOrg(server.runtime)
  const agent = await org.as('member')
  const ask = async (declared_goal: string) =>
    (await invoke(create, agent, { ...risky, declared_goal, approval_wait_seconds: 60 })).action_id
  const [withdrawn, forgotten] = [await ask('withdrawn'), await ask('forgotten')]
  await invoke(cancel, agent, { action_id: withdrawn })
  server.advance(20 * 60_000)
  await expireDueApprovals(server.runtime)
  const since = new Date(server.runtime.now().getTime() - 30 * 60_000)
  expect(await loadSettledSince(server.runtime, org.orgId, since, 10)).toMatchObject([
    { action_id: withdrawn, status: 'cancelled', approved_by: null },
    { action_id: forgotten, status: 'expired', approved_by: null },
  ])
})
