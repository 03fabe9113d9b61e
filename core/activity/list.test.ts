import { afterAll, beforeAll, expect, test } from 'vitest'
import { recorded } from '#core/actions/test-actions'
import { remove as removeActions } from '#core/actions/remove.op'
import { start as halt } from '#core/halt/start.op'
import { stop as resume } from '#core/halt/stop.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { create as createKey } from '#core/keys/create.op'
import { revoke } from '#core/keys/revoke.op'
import { rotateKey } from '#core/ledger/rotate-key.op'
import { create as createPolicy } from '#core/policies/create.op'
import { remove as removePolicy } from '#core/policies/remove.op'
import { update as updatePolicy } from '#core/policies/update.op'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { list } from './list.op.ts'
import { listActs, recordAct } from './record.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

/** An admin who calls from an address, and the time it began. */
async function admin(): Promise<{ ctx: Context; from: string }> {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('admin', { name: 'Ada' })
  server.advance(10)
  const from = server.runtime.now().toISOString()
  return { ctx: { ...ctx, actor: { ...ctx.actor, address: '192.0.2.7' } }, from }
}

test('200 every admin act is listed, newest first, with actor and address, and is on the ledger too', async () => {
  const { ctx, from } = await admin()
  const made = await invoke(createKey, ctx, { name: 'k', role: 'member' })
  await invoke(revoke, ctx, { id: made.key.id })
  const { policy_id } = await invoke(createPolicy, ctx, {
    name: 'p',
    policy_type: 'risk_threshold',
    rules: { threshold: 99 },
  })
  await invoke(updatePolicy, ctx, { id: policy_id, active: false })
  await invoke(removePolicy, ctx, { id: policy_id })
  await invoke(updateSettings, ctx, { settings: { secret_block: true } })
  const { action_id } = await recorded(ctx)
  await invoke(removeActions, ctx, { action_ids: [action_id] })
  const { kid } = await invoke(rotateKey, ctx, {})
  await invoke(halt, ctx, { reason: 'incident' })
  await invoke(resume, ctx, {})
  const { orgId, principalId } = ctx.actor
  const { activity } = await invoke(list, ctx, { from })
  expect(activity.map(({ event, ref }) => [event, ref])).toEqual([
    ['org.resumed', orgId],
    ['org.halted', orgId],
    ['ledger.key_rotated', kid],
    ['actions.deleted', orgId],
    ['settings.updated', orgId],
    ['policy.removed', policy_id],
    ['policy.updated', policy_id],
    ['policy.created', policy_id],
    ['key.revoked', made.key.id],
    ['key.created', made.key.id],
  ])
  for (const act of activity) {
    expect(act.actor).toEqual({ id: principalId, name: 'Ada', kind: 'key' })
    expect(act.address).toBe('192.0.2.7')
  }
  const entries = await ctx.db.selectFrom('ledger_entry').select('body').where('org_id', '=', orgId).execute()
  for (const { event, ref } of activity) {
    const about = (body: string): boolean => body.includes(`"event":"${event}"`) && body.includes(`"ref":"${ref}"`)
    expect(entries.some(({ body }) => about(body))).toBe(true)
  }
  expect(JSON.stringify(activity)).not.toContain(made.secret)
})

test('200 page by page, acts of one moment included, each once', async () => {
  const { ctx, from } = await admin()
  const at = ctx.now()
  const acts = Array.from({ length: 7 }, (_, index) => ({ event: 'thing.changed', ref: `t${index}`, at }))
  await ctx.db.transaction().execute((trx) => listActs(trx, ctx.actor, acts))
  const refs: string[] = []
  let cursor: string | null = null
  do {
    const page: { activity: { ref: string }[]; next_cursor: string | null } = await invoke(list, ctx, {
      from,
      limit: 3,
      cursor: cursor ?? undefined,
    })
    refs.push(...page.activity.map(({ ref }) => ref))
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(refs).toEqual(['t6', 't5', 't4', 't3', 't2', 't1', 't0'])
})

test('200 by event, by actor and by time', async () => {
  const { ctx, from } = await admin()
  const early = new Date(Date.parse(from) + 1000)
  const late = new Date(Date.parse(from) + 2000)
  const other = { ...ctx.actor, principalId: 'usr_1', principalName: 'Bob', kind: 'user' as const }
  await ctx.db.transaction().execute(async (trx) => {
    await listActs(trx, ctx.actor, [{ event: 'a.done', ref: 'x', at: early }])
    await listActs(trx, other, [{ event: 'b.done', ref: 'y', at: late }])
  })
  const refs = async (filter: object): Promise<string[]> =>
    (await invoke(list, ctx, { from, ...filter })).activity.map(({ ref }) => ref)
  expect(await refs({})).toEqual(['y', 'x'])
  expect(await refs({ event: 'a.done' })).toEqual(['x'])
  expect(await refs({ actor_id: 'usr_1' })).toEqual(['y'])
  expect(await refs({ actor_id: 'usr_1', event: 'a.done' })).toEqual([])
  expect(await refs({ to: late.toISOString() })).toEqual(['x'])
  expect(await refs({ from: late.toISOString() })).toEqual(['y'])
})

test('an act whose transaction fails is neither listed nor on the ledger', async () => {
  const { ctx, from } = await admin()
  const failing = ctx.db.transaction().execute(async (trx) => {
    await recordAct(trx, ctx.actor, { event: 'thing.changed', ref: 'x', at: ctx.now() })
    throw new Error('too late')
  })
  await expect(failing).rejects.toThrow('too late')
  expect((await invoke(list, ctx, { from })).activity).toEqual([])
})

test('parallel acts are all listed', async () => {
  const { ctx, from } = await admin()
  const one = (n: number): Promise<unknown> => invoke(createKey, ctx, { name: `k${n}`, role: 'member' })
  await Promise.all(Array.from({ length: 12 }, (_, n) => one(n)))
  expect((await invoke(list, ctx, { from })).activity).toHaveLength(12)
})

test('404 across orgs: another org sees nothing of it; 400 for a foreign cursor; 403 without activity:read', async () => {
  const { ctx } = await admin()
  await ctx.db
    .transaction()
    .execute((trx) => recordAct(trx, ctx.actor, { event: 'secret.thing', ref: 'x', at: ctx.now() }))
  const stranger = await (await testOrg(server.runtime)).as('admin')
  expect((await invoke(list, stranger, { event: 'secret.thing' })).activity).toEqual([])
  await expect(invoke(list, ctx, { cursor: 'bm8' })).rejects.toMatchObject({ code: 'invalid_input' })
  const org = await testOrg(server.runtime)
  for (const role of ['approver', 'member', 'readonly'] as const) {
    await expect(invoke(list, await org.as(role), {})).rejects.toMatchObject({ code: 'forbidden' })
  }
  const bound = await org.as('admin', { agentId: 'a1' })
  await expect(invoke(list, bound, {})).rejects.toMatchObject({ code: 'forbidden' })
})

test('each way of asking has an index, so that a page costs a page', async () => {
  if (server.runtime.handle.engine !== 'postgres') return
  const { rows } = await server.runtime.handle.query(`select indexname from pg_indexes where tablename = 'activity'`)
  expect(rows.map((row) => (row as { indexname: string }).indexname)).toEqual(
    expect.arrayContaining(['activity_at', 'activity_event', 'activity_actor']),
  )
})
