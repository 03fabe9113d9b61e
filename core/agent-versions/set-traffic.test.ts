import { afterAll, beforeAll, expect, test } from 'vitest'
import { create as createAgent } from '#core/agents/create.op'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { create } from './create.op.ts'
import { getTraffic } from './get-traffic.op.ts'
import { setTraffic } from './set-traffic.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

async function withVersions(count = 3) {
  const org = await testOrg(server.runtime)
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a1' })
  const ctx = await org.as('member')
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    ids.push((await invoke(create, ctx, { agent_id: 'a1', prompt: `p${n}` })).version.version_id)
  }
  return { org, ctx, ids }
}

const share = (version_id: string, weight: number) => ({ version_id, weight })

test('200 sets the shares by id or number, tells it, and an empty list ends it', async () => {
  const { ctx, ids } = await withVersions()
  const set = await invoke(setTraffic, ctx, { agent_id: 'a1', shares: [share(ids[0] ?? '', 9), share('3', 1)] })
  expect(set.shares).toEqual([
    { version_id: ids[0], version_number: 1, weight: 9 },
    { version_id: ids[2], version_number: 3, weight: 1 },
  ])
  const events = ctx.db.selectFrom('event').select(['name', 'ref']).where('org_id', '=', ctx.actor.orgId)
  expect((await events.execute()).at(-1)).toEqual({ name: 'agent.rerouted', ref: 'a1' })
  await invoke(setTraffic, ctx, { agent_id: 'a1', shares: [] })
  const { versions } = await invoke(getTraffic, ctx, { agent_id: 'a1' })
  expect(versions).toMatchObject([{ version_number: 3, share: 1, weight: 0, current: true }])
})

test('of parallel callers one set of shares stands, never a mixture', async () => {
  const { ctx, ids } = await withVersions()
  const both = [share(ids[0] ?? '', 1), share(ids[1] ?? '', 1)]
  const other = [share(ids[2] ?? '', 5)]
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => invoke(setTraffic, ctx, { agent_id: 'a1', shares: n % 2 ? both : other })),
  )
  const rows = await ctx.db.selectFrom('agent_traffic').select('weight').where('org_id', '=', ctx.actor.orgId).execute()
  expect([[{ weight: 1 }, { weight: 1 }], [{ weight: 5 }]]).toContainEqual(rows)
})

test('404 for a version of another agent, 400 for one named twice or a weight of 0; nothing changes', async () => {
  const { org, ctx, ids } = await withVersions()
  await invoke(setTraffic, ctx, { agent_id: 'a1', shares: [share('1', 1)] })
  await invoke(createAgent, await org.as('admin'), { agent_id: 'a2' })
  const { version } = await invoke(create, ctx, { agent_id: 'a2', prompt: 'x' })
  const put = (...shares: ReturnType<typeof share>[]) => invoke(setTraffic, ctx, { agent_id: 'a1', shares })
  await expect(put(share(version.version_id, 1))).rejects.toMatchObject({ code: 'not_found' })
  await expect(put(share('1', 1), share(ids[0] ?? '', 2))).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(put(share('1', 0))).rejects.toMatchObject({ code: 'invalid_input' })
  const stranger = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(setTraffic, stranger, { agent_id: 'a1', shares: [] })).rejects.toMatchObject({
    code: 'not_found',
  })
  const { versions } = await invoke(getTraffic, ctx, { agent_id: 'a1' })
  expect(versions.map(({ version_number, weight }) => [version_number, weight])).toEqual([
    [1, 1],
    [3, 0],
  ])
})
