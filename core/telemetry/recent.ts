import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { ACTION } from './event.rules.ts'
import { EVENT_KINDS, OUTCOMES } from './schema.ts'

/** An event as it is shown; what it does not tell is left away. */
export const RecentEvent = z
  .object({
    event_id: z.string(),
    type: z.enum(EVENT_KINDS),
    timestamp: z.iso.datetime(),
    received_at: z.iso.datetime(),
    version_id: z.string().optional(),
    task_id: z.string().optional(),
    action_id: z.string().optional(),
    task: z.string().optional(),
    outcome: z.enum(OUTCOMES).optional(),
    tool_name: z.string().optional(),
    status: z.string().optional(),
    message: z.string().optional(),
    error: z.string().optional(),
    model: z.string().optional(),
    tokens: z.number().optional(),
    cost_usd: z.number().optional(),
    priced: z.boolean().optional(),
    duration_ms: z.number().optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'RecentTelemetryEvent' })
export type RecentEvent = z.output<typeof RecentEvent>

/** The newest events of one agent, newest first. */
export async function recentEvents(ctx: Context, agentId: string, limit: number): Promise<RecentEvent[]> {
  const rows = await ctx.db
    .selectFrom('agent_event')
    .select(['event_id', 'kind', 'at', 'received_at', 'version_id', 'task_id', 'task', 'outcome', 'tool', 'status'])
    .select(['message', 'error', 'model', 'tokens', 'cost_micros', 'priced', 'duration_ms', 'data'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('agent_id', '=', agentId)
    .orderBy('received_at', 'desc')
    .orderBy('event_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ kind, at, received_at, tool, cost_micros, data, ...rest }) => {
    const cost = cost_micros === null ? null : cost_micros / 1e6
    const { [ACTION]: action_id = null, ...metadata } = data ?? {}
    const own = Object.keys(metadata).length > 0 ? metadata : null
    const all = { ...rest, tool_name: tool, cost_usd: cost, action_id, metadata: own }
    const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
    return RecentEvent.parse({
      ...said,
      type: kind,
      timestamp: at.toISOString(),
      received_at: received_at.toISOString(),
    })
  })
}
