import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { get } from './get.op.ts'
import { heartbeat } from './heartbeat.op.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

const eventsOf = async (ctx: Context) => {
  const events = ctx.db.selectFrom('event').select('payload').where('org_id', '=', ctx.actor.orgId)
  return (await events.where('name', '=', 'agent.heartbeat').orderBy('seq').execute()).map(({ payload }) => payload)
}

const entriesOf = async (ctx: Context) =>
  (await ctx.db.selectFrom('ledger_entry').select('seq').where('org_id', '=', ctx.actor.orgId).execute()).length

/** The same caller at another moment. */
const at = (ctx: Context, ms: number): Context => ({ ...ctx, now: () => new Date(ms) })

test('200: the first one makes the agent seen; the newest stands as a whole; nothing goes to the ledger', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const before = await entriesOf(ctx)
  const first = await invoke(heartbeat, ctx, { agent_id: 'a1', agent_name: 'Ann', metadata: { host: 'h', n: 1 } })
  expect(first).toEqual({ status: 'ok', timestamp: expect.any(String) })
  const { agent } = await invoke(get, ctx, { agent_id: 'a1' })
  expect(agent).toMatchObject({
    agent_name: 'Ann',
    first_seen_at: first.timestamp,
    last_active: first.timestamp,
    registered_at: null,
    action_count: 0,
    presence: { status: 'online', last_heartbeat_at: first.timestamp, current_task_id: null },
    heartbeat_metadata: { host: 'h', n: 1 },
  })
  server.advance(5000)
  const second = await invoke(heartbeat, ctx, { agent_id: 'a1', status: 'busy', currentTaskId: 't-1' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent).toMatchObject({
    last_active: second.timestamp,
    presence: { status: 'busy', last_heartbeat_at: second.timestamp, current_task_id: 't-1' },
    heartbeat_metadata: null,
  })
  expect(await entriesOf(ctx)).toBe(before)
})

test('an event tells a change or a return, and no repetition', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  for (let beat = 0; beat < 5; beat += 1) await invoke(heartbeat, ctx, { agent_id: 'a1', metadata: { beat } })
  expect(await eventsOf(ctx)).toEqual([
    { agent_id: 'a1', status: 'online', current_task_id: null, last_heartbeat_at: expect.any(String) },
  ])
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.heartbeat_metadata).toEqual({ beat: 4 })
  await invoke(heartbeat, ctx, { agent_id: 'a1', status: 'idle' })
  server.advance(3 * 60_000)
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.presence.status).toBe('stale')
  await invoke(heartbeat, ctx, { agent_id: 'a1', status: 'idle' })
  expect((await eventsOf(ctx)).map((payload) => payload['status'])).toEqual(['online', 'idle', 'idle'])
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.presence.status).toBe('idle')
  server.advance(10 * 60_000)
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.presence.status).toBe('offline')
})

test('of sixty at once, of one agent never seen before, the newest stands and time never goes back', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const start = server.runtime.now().getTime()
  const order = Array.from({ length: 60 }, (_, n) => (n * 37) % 60)
  const seen: number[] = []
  const watching = (async () => {
    while (seen.at(-1) !== start + 59) {
      const row = await ctx.db
        .selectFrom('agent_presence')
        .select('last_heartbeat_at')
        .where('org_id', '=', ctx.actor.orgId)
        .executeTakeFirst()
      if (row) seen.push(row.last_heartbeat_at.getTime())
    }
  })()
  const statuses = ['online', 'busy', 'idle'] as const
  await Promise.all(
    order.map((n) =>
      invoke(heartbeat, at(ctx, start + n), { agent_id: 'a1', status: statuses[n % 3], metadata: { n } }),
    ),
  )
  await watching
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  const { agent } = await invoke(get, ctx, { agent_id: 'a1' })
  expect(agent).toMatchObject({ presence: { status: statuses[59 % 3] }, heartbeat_metadata: { n: 59 } })
  await invoke(heartbeat, at(ctx, start - 60_000), { agent_id: 'a1', status: 'offline', metadata: { n: -1 } })
  await invoke(heartbeat, at(ctx, start - 60_000), { agent_id: 'a1', status: statuses[59 % 3], metadata: { n: -1 } })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent).toMatchObject({
    presence: agent.presence,
    heartbeat_metadata: { n: 59 },
  })
})

test('a name the agent gives itself is kept up to date, until a registration gave it one', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(heartbeat, ctx, { agent_id: 'a1', agent_name: 'Ann' })
  await invoke(heartbeat, ctx, { agent_id: 'a1', agent_name: 'Annabel' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.agent_name).toBe('Annabel')
  const { create } = await import('./create.op.ts')
  await invoke(create, await org.as('admin'), { agent_id: 'a1', agent_name: 'Registered' })
  await invoke(heartbeat, ctx, { agent_id: 'a1', agent_name: 'Ann', status: 'busy' })
  expect((await invoke(get, ctx, { agent_id: 'a1' })).agent.agent_name).toBe('Registered')
})

test('a bound key beats for its own agent only, without naming it', async () => {
  const org = await testOrg(server.runtime)
  const bound = await org.as('member', { agentId: 'a1' })
  await invoke(heartbeat, bound, {})
  expect((await invoke(get, bound, { agent_id: 'a1' })).agent.presence.status).toBe('online')
  await expect(invoke(heartbeat, bound, { agent_id: 'a2' })).rejects.toMatchObject({ code: 'AGENT_MISMATCH' })
  await expect(invoke(heartbeat, await org.as('readonly'), { agent_id: 'a1' })).rejects.toMatchObject({
    code: 'forbidden',
  })
})

test.each([
  ['no agent', {}],
  ['an unknown status', { agent_id: 'a1', status: 'asleep' }],
  ['more than 8 KiB of metadata', { agent_id: 'a1', metadata: { x: 'é'.repeat(4096) } }],
])('400 for %s', async (_, input) => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await expect(invoke(heartbeat, ctx, input)).rejects.toMatchObject({ code: 'invalid_input' })
})

test('secrets in metadata are stored redacted', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  const secret = ['AKIA', 'IOSFODNN7EXAMPLQ'].join('')
  await invoke(heartbeat, ctx, { agent_id: 'a1', metadata: { deep: [secret] }, current_task_id: secret })
  expect(JSON.stringify(await invoke(get, ctx, { agent_id: 'a1' }))).not.toContain(secret)
  expect(JSON.stringify(await eventsOf(ctx))).not.toContain(secret)
})
