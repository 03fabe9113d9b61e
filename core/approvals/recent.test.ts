import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { risky } from '#core/actions/test-actions'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { decide } from './decide.op.ts'
import { loadDecidedSince } from './recent.ts'

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
  const told = await loadDecidedSince(server.runtime, org.orgId, since, 10)
  expect(told.map((action) => action.action_id)).toEqual(ids.toReversed())
  expect(await loadDecidedSince(server.runtime, org.orgId, server.runtime.now(), 10)).toEqual([])
  expect(await loadDecidedSince(server.runtime, org.orgId, since, 1)).toMatchObject([{ action_id: ids[0] }])
})
