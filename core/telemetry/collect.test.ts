import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { Runtime } from '#core/kernel/runtime'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { collect } from './collect.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const send = (ctx: Context, ...events: readonly object[]) => invoke(collect, ctx, { events })
const stat = (ctx: Context, agentId: string) =>
  ctx.db
    .selectFrom('agent_stat')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()

test('an unknown agent becomes known by its first event; sums are those of its events', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const told = await send(
    ctx,
    { type: 'heartbeat', agent_id: 'a1', agent_name: 'Ann', host: 'mac', status: 'running' },
    { type: 'cost', agent_id: 'a1', model: 'claude-opus-4-8', tokens_in: 1000, tokens_out: 1000 },
    { type: 'cost', agent_id: 'a1', model: 'nobody-knows', tokens_in: 5 },
    { type: 'error', agent_id: 'a1', error: 'it broke' },
  )
  expect(told).toMatchObject({ accepted: 4, duplicates: 0, rejected: [] })
  expect(await stat(ctx, 'a1')).toMatchObject({
    host: 'mac',
    reported_status: 'running',
    events: 4,
    errors: 1,
    tokens: 2005,
    cost_micros: 30000,
    unpriced: 1,
  })
  const agent = ctx.db.selectFrom('agent').select(['agent_name', 'first_seen_at']).where('org_id', '=', ctx.actor.orgId)
  expect(await agent.executeTakeFirst()).toMatchObject({ agent_name: 'Ann', first_seen_at: expect.any(Date) })
})

test('a hundred calls at once lose nothing, and the same event counts once however often it comes', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const one = (n: number) => ({ type: 'cost', agent_id: `a${n % 3}`, event_id: `e${n % 50}`, cost_usd: 0.01 })
  const told = await Promise.all(Array.from({ length: 100 }, (_, n) => send(ctx, one(n), one(n))))
  expect(told.every(({ accepted }) => accepted === 2)).toBe(true)
  const { rows } = await sumOfEvents(ctx)
  // 150 pairs of agent and id are possible; each was sent.
  const distinct = new Set(Array.from({ length: 100 }, (_, n) => `${n % 3} ${n % 50}`)).size
  expect(rows).toBe(distinct)
  const sums = await Promise.all(['a0', 'a1', 'a2'].map((agentId) => stat(ctx, agentId)))
  expect(sums.reduce((sum, row) => sum + Number(row?.events), 0)).toBe(distinct)
  expect(sums.reduce((sum, row) => sum + Number(row?.cost_micros), 0)).toBe(distinct * 10_000)
})

test('replicas that write for the same agents at once, new ones among them, lose nothing and wait in no circle', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const { handle, settings, ports, log, now } = server.runtime
  const replicas = Array.from({ length: 3 }, () => new Runtime({ handle, settings, ports, log, now }))
  const kinds = [
    { type: 'heartbeat', status: 'running' },
    { type: 'cost', model: 'claude-opus-4-8', tokens_in: 10, tokens_out: 1 },
    { type: 'task', task: 'ship', outcome: 'success', cost_usd: 0.01, duration_ms: 5 },
    { type: 'tool_call', tool_name: 'exec', input: 'ls' },
  ]
  const batch = (from: number) =>
    Array.from({ length: 40 }, (_, n) => ({ ...kinds[n % 4], agent_id: `a${(from + n * 7) % 20}` }))
  const told = await Promise.all(
    Array.from({ length: 60 }, (_, n) => send({ ...ctx, runtime: replicas[n % 3] ?? ctx.runtime }, ...batch(n))),
  )
  for (const replica of replicas) await replica.close()
  expect(told.reduce((sum, { accepted, duplicates }) => sum + accepted - duplicates, 0)).toBe(2400)
  expect((await sumOfEvents(ctx)).rows).toBe(2400)
  const sums = (table: 'agent_stat' | 'agent_usage_day') =>
    ctx.db
      .selectFrom(table)
      .select((eb) => [eb.fn.sum<number>('events').as('events'), eb.fn.sum<number>('cost_micros').as('cost')])
      .where('org_id', '=', ctx.actor.orgId)
      .executeTakeFirstOrThrow()
  const [stats, days] = [await sums('agent_stat'), await sums('agent_usage_day')]
  expect([Number(stats.events), Number(days.events)]).toEqual([2400, 2400])
  expect(Number(stats.cost)).toBe(Number(days.cost))
})

async function sumOfEvents(ctx: Context): Promise<{ rows: number }> {
  const all = ctx.db.selectFrom('agent_event').select('event_id').where('org_id', '=', ctx.actor.orgId)
  return { rows: (await all.execute()).length }
}

test('what is wrong is told by its place and spoils nothing else', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const now = server.runtime.now().getTime()
  const at = (ms: number) => new Date(now + ms).toISOString()
  const told = await send(
    ctx,
    { type: 'heartbeat', agent_id: 'a1' },
    { type: 'sneeze', agent_id: 'a1' },
    { type: 'cost', agent_id: 'a1', cost_usd: -1 },
    { type: 'cost', agent_id: 'a1', timestamp: at(600_000) },
    { type: 'cost', agent_id: 'a1', timestamp: at(-366 * 86_400_000) },
    { type: 'cost', agent_id: 'a1', metadata: { x: 'y'.repeat(1_000_000) } },
    { type: 'cost' },
    { type: 'cost', agent_id: 'a1', event_id: 'last' },
  )
  expect(told.accepted).toBe(2)
  expect(told.event_ids.map((id) => id !== null)).toEqual([true, false, false, false, false, false, false, true])
  expect(told.rejected.map(({ index, error }) => [index, error.split(':')[0]])).toEqual([
    [1, 'type'],
    [2, 'cost_usd'],
    [3, 'timestamp'],
    [4, 'timestamp'],
    [5, 'metadata'],
    [6, 'agent_id'],
  ])
  expect((await sumOfEvents(ctx)).rows).toBe(2)
})

test('closed enrolment: events of a stranger are refused one by one, those of a known agent are kept', async () => {
  const org = await testOrg(server.runtime)
  const [admin, ctx] = [await org.as('admin'), await org.as('member')]
  await send(ctx, { type: 'heartbeat', agent_id: 'known' })
  await invoke(updateSettings, admin, { settings: { agent_enrolment: 'closed' } })
  const told = await send(ctx, { type: 'heartbeat', agent_id: 'stranger' }, { type: 'heartbeat', agent_id: 'known' })
  expect(told).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'AGENT_NOT_REGISTERED' }] })
  expect(await stat(ctx, 'stranger')).toBeUndefined()
})

test('a key bound to an agent tells of that agent alone', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member', { agentId: 'a1' })
  const told = await send(ctx, { type: 'heartbeat' }, { type: 'heartbeat', agent_id: 'a2' })
  expect(told).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'AGENT_MISMATCH' }] })
})

test('the newest status stands whatever order it comes in, and time never goes back', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const now = server.runtime.now().getTime()
  const said = (status: string, ms: number) => ({
    type: 'status_change',
    agent_id: 'a1',
    status,
    timestamp: new Date(now + ms).toISOString(),
  })
  await send(ctx, said('error', -1000))
  await send(ctx, said('running', -5000), said('idle', -4000))
  expect(await stat(ctx, 'a1')).toMatchObject({ reported_status: 'error', last_event_at: new Date(now - 1000) })
  await send(ctx, said('running', 60_000))
  const after = await stat(ctx, 'a1')
  expect(after?.reported_status).toBe('running')
  expect(after?.last_event_at.getTime()).toBeLessThanOrEqual(server.runtime.now().getTime())
})

test('secrets are not kept', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  await send(ctx, {
    type: 'error',
    agent_id: 'a1',
    error: `no ${secret}`,
    message: secret,
    metadata: { token: secret },
  })
  const rows = await ctx.db.selectFrom('agent_event').selectAll().where('org_id', '=', ctx.actor.orgId).execute()
  expect(JSON.stringify(rows)).not.toContain(secret)
})

test('of two signals of one emitter the first counts, until it was silent for an hour', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const by = (signal: string, more: object = {}) => ({
    type: 'cost',
    agent_id: 'a1',
    cost_usd: 1,
    usage_from: { source: 'emitter', signal },
    ...more,
  })
  expect(await send(ctx, by('logs'), by('metrics'))).toMatchObject({ accepted: 2, uncounted: 1, duplicates: 0 })
  expect(await send(ctx, by('metrics'))).toMatchObject({ accepted: 1, uncounted: 1 })
  const other = { usage_from: { source: 'other emitter', signal: 'metrics' } }
  expect(await send(ctx, by('metrics', other))).toMatchObject({ accepted: 1, uncounted: 0 })
  server.advance(3_601_000)
  expect(await send(ctx, by('metrics'))).toMatchObject({ uncounted: 0 })
  expect(await send(ctx, by('logs'))).toMatchObject({ uncounted: 1 })
  expect(await stat(ctx, 'a1')).toMatchObject({ cost_micros: 3_000_000, events: 3 })
})
