import { z } from 'zod'
import { usageDays } from '#core/telemetry/index'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { FleetAgent, fleetToWire } from './schema.ts'
import { fleetRows, stuckAfter } from './store.ts'

const DAY_MS = 86_400_000

const Listed = FleetAgent.extend({
  usage: z
    .array(z.object({ day: z.iso.date(), events: z.int(), errors: z.int(), cost_usd: z.number() }))
    .optional()
    .describe('By day (UTC), oldest first, where usage_days asks for it; a day without events is left out'),
}).meta({ id: 'FleetListAgent' })

export const list = operation({
  name: 'fleet_list',
  title: 'Watch the fleet',
  description: 'List agents with what they are doing: status, newest event, cost, tokens, errors.',
  input: z.object({
    usage_days: z.int().min(1).max(31).optional().describe('Tell the use of so many days, today included, as well'),
    ...pageInput({ default: 50, max: 500 }),
  }),
  output: z.object({ agents: z.array(Listed), next_cursor: z.string().nullable() }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/fleet' },
  mcp: 'catalog',

  async handler(ctx, input) {
    let query = fleetRows(ctx)
      .orderBy('agent.agent_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (ctx.actor.agentId !== null) query = query.where('agent.agent_id', '=', ctx.actor.agentId)
    if (input.cursor !== undefined) query = query.where('agent.agent_id', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.agent_id])
    const [now, stuckMs] = [ctx.now(), await stuckAfter(ctx)]
    const agents = rows.map((row) => fleetToWire(row, now, stuckMs))
    if (input.usage_days === undefined) return { agents, next_cursor: nextCursor }
    const since = new Date(now.getTime() - (input.usage_days - 1) * DAY_MS).toISOString().slice(0, 10)
    const ids = agents.map(({ agent_id: id }) => id)
    const usage = await usageDays(ctx, ids, since)
    return {
      agents: agents.map((agent) => ({ ...agent, usage: usage.get(agent.agent_id) ?? [] })),
      next_cursor: nextCursor,
    }
  },
})
