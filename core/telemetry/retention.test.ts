import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoke } from '#core/kernel/invoke'
import { update as updateSettings } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import type { Context } from '../kernel/context.ts'
import { collect } from './collect.op.ts'
import { sweepTelemetry } from './retention.ts'

let server: TestRuntime
beforeAll(async () => {
  server = await testRuntime()
})
afterAll(() => server.close())

test('events go after the days their org keeps them, sums stay', async () => {
  const [usual, short] = [await testOrg(server.runtime), await testOrg(server.runtime)]
  const [a, b] = [await usual.as('member'), await short.as('member')]
  await invoke(updateSettings, await short.as('admin'), { settings: { telemetry_retention_days: 2 } })
  const send = (ctx: Context) => invoke(collect, ctx, { events: [{ type: 'cost', agent_id: 'a1', cost_usd: 1 }] })
  const left = async (ctx: Context) => {
    const { orgId } = ctx.actor
    const rows = await ctx.db.selectFrom('agent_event').select('event_id').where('org_id', '=', orgId).execute()
    const stat = ctx.db.selectFrom('agent_stat').select('events').where('org_id', '=', orgId)
    return [rows.length, (await stat.executeTakeFirst())?.events]
  }
  for (const days of [0, 3, 28]) {
    server.advance(days * 86_400_000)
    await Promise.all([send(a), send(b)])
    await Promise.all([sweepTelemetry(server.runtime), sweepTelemetry(server.runtime)])
  }
  // After 31 days: those of the day 3 and 31, and that of day 31 alone.
  expect([await left(a), await left(b)]).toEqual([
    [2, 3],
    [1, 3],
  ])
})
