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

test('alerts that are over go with the events of their time; open ones stay, however old', async () => {
  const org = await testOrg(server.runtime)
  const ctx = await org.as('member')
  await invoke(updateSettings, await org.as('admin'), { settings: { telemetry_retention_days: 2 } })
  await invoke(collect, ctx, { events: [{ type: 'heartbeat', agent_id: 'a1' }] })
  const ago = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  const ends = [null, ago(3), ago(1)]
  await ctx.db
    .insertInto('drift_alert')
    .values(
      ends.map((resolved_at, n) => ({
        org_id: org.orgId,
        agent_id: 'a1',
        dimension: `d${n}`,
        opened_at: ago(90),
        severity: 'warning' as const,
        distance: 0.1,
        explanation: '',
        resolved_at,
      })),
    )
    .execute()
  await ctx.db
    .insertInto('agent_alert')
    .values(
      ends.map((resolved_at, n) => ({
        org_id: org.orgId,
        alert_id: `alert_${n}`,
        agent_id: 'a1',
        kind: 'stuck' as const,
        severity: 'critical' as const,
        message: '',
        data: '{}',
        count: 1,
        raised_at: ago(90),
        last_at: ago(90),
        lapses_at: null,
        acknowledged_at: null,
        acknowledged_by: null,
        resolved_at,
      })),
    )
    .execute()
  await Promise.all([sweepTelemetry(server.runtime), sweepTelemetry(server.runtime)])
  const drift = ctx.db.selectFrom('drift_alert').select('dimension as id').where('org_id', '=', org.orgId)
  const alerts = ctx.db.selectFrom('agent_alert').select('alert_id as id').where('org_id', '=', org.orgId)
  const left = [...(await drift.orderBy('dimension').execute()), ...(await alerts.orderBy('alert_id').execute())]
  expect(left.map(({ id }) => id)).toEqual(['d0', 'd2', 'alert_0', 'alert_2'])
})

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
