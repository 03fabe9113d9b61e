import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { collect } from './collect.op.ts'
import { listCosts } from './list-costs.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const DAY_MS = 86_400_000
const daysAgo = (days: number): string => new Date(server.runtime.now().getTime() - days * DAY_MS).toISOString()
const spend = (ctx: Context, agent_id: string, cost_usd: number, days = 0) =>
  invoke(collect, ctx, { events: [{ type: 'cost', agent_id, cost_usd, timestamp: daysAgo(days) }] })

async function dearest(ctx: Context, input: object = { from: daysAgo(7) }) {
  const { by_agent, by_agent_at } = await invoke(listCosts, ctx, input)
  return { at: by_agent_at, agents: by_agent.map(({ agent_id: id, cost_usd: usd }) => `${id} ${usd}`) }
}

/** As many as an org has whose list is not added up for each call. */
async function manyAgents({ db, actor, now }: Context): Promise<void> {
  const ids = Array.from({ length: 1001 }, (_, n) => `one-of-many-${n}`)
  const own = ids.map((agent_id) => ({ org_id: actor.orgId, agent_id }))
  const zero = { events: 1, errors: 0, tokens: 0, cost_micros: 0, unpriced: 0, watch_at: null }
  const said = { host: null, reported_status: null, status_at: null, last_heartbeat_at: null }
  await db
    .insertInto('agent')
    .values(own.map((key) => ({ ...key, first_seen_at: now() }) as never))
    .execute()
  await db
    .insertInto('agent_stat')
    .values(own.map((key) => ({ ...key, ...zero, ...said, last_event_at: now(), last_received_at: now() })))
    .execute()
}

test('while nothing was spent the list is told again; what was spent, today or long ago, is in it at once', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await spend(ctx, 'a1', 2)
  await spend(ctx, 'a2', 1)
  const first = await dearest(ctx)
  expect(first.agents).toEqual(['a1 2', 'a2 1'])
  server.advance(30_000)
  expect(await dearest(ctx)).toEqual(first)
  await spend(ctx, 'a2', 4)
  const second = await dearest(ctx)
  expect(second.agents).toEqual(['a2 5', 'a1 2'])
  expect(second.at).not.toBe(first.at)
  await spend(ctx, 'a3', 9, 5)
  expect((await dearest(ctx)).agents).toEqual(['a3 9', 'a2 5', 'a1 2'])
  expect((await dearest(ctx, { from: daysAgo(2) })).agents).toEqual(['a2 5', 'a1 2'])
  server.advance(61_000)
  expect((await dearest(ctx)).at).not.toBe(second.at)
})

test('tokens without a price change the list as well, and a new name is seen though nothing was spent', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await spend(ctx, 'a1', 2)
  await dearest(ctx)
  await invoke(collect, ctx, { events: [{ type: 'cost', agent_id: 'a2', model: 'nobody-knows', tokens_in: 5 }] })
  expect((await dearest(ctx)).agents).toEqual(['a1 2', 'a2 0'])
  await ctx.db.updateTable('agent').set({ agent_name: 'Ann' }).where('org_id', '=', ctx.actor.orgId).execute()
  const { by_agent: named } = await invoke(listCosts, ctx, { from: daysAgo(7) })
  expect(named[0]).toMatchObject({ agent_id: 'a1', agent_name: 'Ann' })
})

test('with many agents a list is told for some seconds though more was spent, and says of when it is', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await manyAgents(ctx)
  await spend(ctx, 'a1', 2)
  const first = await dearest(ctx)
  await spend(ctx, 'a2', 5)
  expect(await dearest(ctx)).toEqual(first)
  expect(await invoke(listCosts, ctx, { from: daysAgo(7) })).toMatchObject({ total_usd: 7, by_agent_at: first.at })
  server.advance(11_000)
  // The next call has it added up behind its back.
  expect(await dearest(ctx)).toEqual(first)
  await vi.waitFor(async () => expect((await dearest(ctx)).agents).toEqual(['a2 5', 'a1 2']), { timeout: 10_000 })
  await spend(ctx, 'a3', 9)
  server.advance(61_000)
  expect((await dearest(ctx)).agents).toEqual(['a3 9', 'a2 5', 'a1 2'])
})

test('writers and readers side by side: what a reader was told is never less than what was written before it asked', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  let written = 0
  const told: [before: number, sum: number][] = []
  await Promise.all([
    ...Array.from({ length: 20 }, async (_, n) => {
      await spend(ctx, `a${n % 5}`, 1)
      written += 1
    }),
    ...Array.from({ length: 20 }, async (_, n) => {
      await new Promise((resolve) => setTimeout(resolve, n * 3))
      const before = written
      const { by_agent: agents } = await invoke(listCosts, ctx, { from: daysAgo(1) })
      told.push([before, agents.reduce((sum, { cost_usd: usd }) => sum + usd, 0)])
    }),
  ])
  for (const [before, sum] of told) expect(sum).toBeGreaterThanOrEqual(before)
  expect((await dearest(ctx, { from: daysAgo(1) })).agents.toSorted()).toEqual(['a0 4', 'a1 4', 'a2 4', 'a3 4', 'a4 4'])
})

test('lists of two orgs and of two ranges are apart; many calls at once add up once', async () => {
  const [ctx, other] = [
    await (await testOrg(server.runtime)).as('member'),
    await (await testOrg(server.runtime)).as('member'),
  ]
  await spend(ctx, 'a1', 2)
  await spend(other, 'a1', 3)
  const lists = await Promise.all(Array.from({ length: 10 }, () => dearest(ctx)))
  expect(new Set(lists.map(({ at }) => at)).size).toBe(1)
  expect(lists[0]?.agents).toEqual(['a1 2'])
  expect((await dearest(other)).agents).toEqual(['a1 3'])
})
