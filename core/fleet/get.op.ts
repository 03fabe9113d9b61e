import { z } from 'zod'
import { RecentEvent, recentEvents } from '#core/telemetry/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { FleetAgent, fleetToWire } from './schema.ts'
import { fleetRows, stuckAfter } from './store.ts'

export const get = operation({
  name: 'fleet_get',
  title: 'Watch an agent',
  description: 'Show what one agent is doing, with its newest events.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    events: z.int().min(0).max(200).default(50).describe('Newest events to show'),
  }),
  output: z.object({ agent: FleetAgent, recent_events: z.array(RecentEvent) }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/fleet/{agent_id}' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, events }) {
    const hidden = ctx.actor.agentId !== null && ctx.actor.agentId !== agentId
    const row = hidden ? undefined : await fleetRows(ctx).where('agent.agent_id', '=', agentId).executeTakeFirst()
    if (!row) throw new Fault('not_found', 'Agent not found')
    return {
      agent: fleetToWire(row, ctx.now(), await stuckAfter(ctx)),
      recent_events: await recentEvents(ctx, agentId, events),
    }
  },
})
