import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { FleetAgent, fleetToWire } from './schema.ts'
import { fleetRows, stuckAfter } from './store.ts'

export const list = operation({
  name: 'fleet_list',
  title: 'Watch the fleet',
  description: 'List agents with what they are doing: status, newest event, cost, tokens, errors.',
  input: z.object({ ...pageInput({ default: 50, max: 500 }) }),
  output: z.object({ agents: z.array(FleetAgent), next_cursor: z.string().nullable() }),
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
    return { agents: rows.map((row) => fleetToWire(row, now, stuckMs)), next_cursor: nextCursor }
  },
})
