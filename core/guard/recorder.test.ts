import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from '#core/actions/create.op'
import { reportOutcome } from '#core/actions/report-outcome.op'
import { harmless, recorded } from '#core/actions/test-actions'
import { update } from '#core/actions/update.op'
import { pause } from '#core/agents/pause.op'
import { resume } from '#core/agents/resume.op'
import { openDatabase } from '#core/db/index'
import { invoke } from '#core/kernel/invoke'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import { create as createKey } from '#core/keys/create.op'
import { keyCache } from '#core/keys/index'
import { export as exportPage } from '#core/ledger/export.op'
import { verifyExport } from '#core/ledger/index'
import { create as createPolicy } from '#core/policies/create.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { evaluate } from './evaluate.op.ts'

let server: TestRuntime
let second: Runtime
beforeAll(async () => {
  server = await testRuntime()
  const { url } = server.database
  const { handle, settings, ports, now } = server.runtime
  // On PostgreSQL with connections of its own; the embedded engine belongs to one process, so there it shares the handle.
  const own = url === undefined ? { ...handle, close: () => Promise.resolve() } : await openDatabase({ url })
  second = new Runtime({ handle: own, settings, ports, now, log: silentLog })
})
afterAll(async () => {
  await second.close()
  await server.close()
})

test('two servers that record for one org at once leave no gap and no double, and the tree verifies', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const contexts = [ctx, second.context(ctx.actor)] as const
  const calls = Array.from({ length: 200 }, (_, n) => {
    const request = { ...harmless, declared_goal: `look ${n}` }
    return n % 10 === 0
      ? invoke(create, contexts[n % 2 === 0 ? 0 : 1], request).then((made) => made.decision?.ledger.seq ?? -1)
      : invoke(evaluate, contexts[n % 2 === 0 ? 0 : 1], request).then((answer) => answer.ledger.seq)
  })
  const places = await Promise.all(calls)
  expect(new Set(places).size).toBe(200)
  const rows = await ctx.db
    .selectFrom('ledger_entry')
    .select('seq')
    .where('org_id', '=', ctx.actor.orgId)
    .orderBy('seq')
    .execute()
  expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: rows.length }, (_, n) => n))
  const { lines, next_seq } = await invoke(exportPage, ctx, { limit: 5000 })
  expect(next_seq).toBeNull()
  const report = await verifyExport([Buffer.from(lines.map((line) => `${line}\n`).join(''))])
  expect(report).toMatchObject({ integrity: { ok: true }, completeness: { ok: true } })
  expect(report.size).toBeGreaterThanOrEqual(rows.length)
})

test('guards, outcomes and controls of one org at once never wait for each other in a circle', async () => {
  const ctx = await (await testOrg(server.runtime)).as('admin')
  const elsewhere = second.context(ctx.actor)
  const work = Array.from({ length: 30 }, async (_, n) => {
    const [here, there] = n % 2 === 0 ? [ctx, elsewhere] : [elsewhere, ctx]
    const { action_id } = await recorded(here, { session_id: 's1' })
    await Promise.all([
      invoke(update, there, { action_id, tokens_in: 5, cost_estimate: 0.1 }),
      invoke(evaluate, here, { ...harmless, declared_goal: `beside ${n}`, session_id: 's1' }),
      invoke(n % 2 === 0 ? pause : resume, there, { agent_id: 'somebody else' }),
    ])
    await invoke(reportOutcome, there, { action_id, status: 'completed' })
  })
  await expect(Promise.all(work)).resolves.toHaveLength(30)
})

test('a change of policy on one server holds for the next decision on the other', async () => {
  const org = await testOrg(server.runtime, { policies: 'none' })
  const admin = await org.as('admin')
  const elsewhere = second.context(admin.actor)
  expect(await invoke(evaluate, elsewhere, harmless)).toMatchObject({ decision: 'allow' })
  await invoke(createPolicy, admin, {
    name: 'all',
    policy_type: 'risk_threshold',
    rules: { threshold: 0, action: 'block' },
  })
  expect(await invoke(evaluate, elsewhere, harmless)).toMatchObject({ decision: 'block' })
})

test('one item that cannot be written does not take the others of its batch with it', async () => {
  const ctx = await (await testOrg(server.runtime)).as('member')
  await recorded(ctx, { action_id: 'taken' })
  const results = await Promise.allSettled([
    invoke(create, ctx, { ...harmless, action_id: 'taken', declared_goal: 'spoils the batch' }),
    ...Array.from({ length: 20 }, (_, n) => invoke(evaluate, ctx, { ...harmless, declared_goal: `beside ${n}` })),
  ])
  expect(results.map((result) => result.status)).toEqual(['rejected', ...Array.from({ length: 20 }, () => 'fulfilled')])
  expect(results[0]).toMatchObject({ reason: { code: 'conflict' } })
})

test('503 and no decision when it cannot be recorded', async () => {
  const lost = await testRuntime()
  const org = await testOrg(lost.runtime)
  const { secret } = await invoke(createKey, await org.as('admin'), { name: 'agent' })
  const ctx = lost.runtime.context(await lost.runtime.use(keyCache).actorOf(secret))
  expect(await invoke(evaluate, ctx, harmless)).toMatchObject({ decision: 'allow' })
  await lost.database.close()
  for (const passed of [0, 2000]) {
    lost.advance(passed)
    // Told as not recorded while what governs the org is still known, as unavailable once that has to be read again.
    const refused = invoke(evaluate, ctx, { ...harmless, declared_goal: 'after the database went away' })
    await expect(refused).rejects.toMatchObject({ status: 503 })
  }
  await lost.runtime.close().catch(() => undefined)
})
