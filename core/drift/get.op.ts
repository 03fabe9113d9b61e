import { z } from 'zod'
import { AgentId, requireAgent } from '#core/agents/index'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { CURRENT_DAYS, measureDrift } from './measure.ts'
import { STATUSES } from './report.rules.ts'
import {
  baselineToWire,
  changesToWire,
  dimensionToWire,
  DriftAlert,
  DriftBaseline,
  DriftChange,
  DriftDimension,
} from './schema.ts'

export const get = operation({
  name: 'drift_get',
  title: 'Get the drift of an agent',
  description: 'Show how far an agent moved from its baseline, in which dimensions, with the numbers.',
  input: z.object({
    agent_id: AgentId,
    days: z.int().min(1).max(30).default(CURRENT_DAYS).describe('The newest days that are compared with the baseline'),
  }),
  output: z.object({
    agent_id: z.string(),
    status: z.enum(STATUSES),
    drift_score: z.number().describe('0: as it was; 1: a different agent'),
    baseline: DriftBaseline.nullable().describe('Null while nothing is known of the agent'),
    current: z
      .object({ first_day: z.iso.date(), last_day: z.iso.date() })
      .nullable()
      .describe('Never a day of the baseline; null until its days are over'),
    top_changes: z.array(DriftChange).describe('The most changed first'),
    dimensions: z.array(DriftDimension),
    open_alerts: z.array(DriftAlert),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/drift' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, days }) {
    await requireAgent(ctx, agentId)
    const agent = { orgId: ctx.actor.orgId, agentId }
    const { baseline, current, report } = await measureDrift(ctx.db, agent, ctx.now(), days)
    return {
      agent_id: agentId,
      status: report.status,
      drift_score: report.score,
      baseline: baseline === undefined ? null : baselineToWire(baseline),
      current: current === undefined ? null : { first_day: current.first, last_day: current.last },
      top_changes: changesToWire(report.changed),
      dimensions: report.dimensions.map(dimensionToWire),
      open_alerts: await openAlerts(ctx, agentId),
    }
  },
})

/** At most one a dimension. */
async function openAlerts(ctx: Context, agentId: string): Promise<z.output<typeof DriftAlert>[]> {
  const rows = await ctx.db
    .selectFrom('drift_alert')
    .select(['dimension', 'severity', 'opened_at', 'explanation'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', '=', agentId)
    .where('resolved_at', 'is', null)
    .orderBy('dimension')
    .execute()
  return rows.map((row) => ({ ...row, opened_at: row.opened_at.toISOString() }))
}
