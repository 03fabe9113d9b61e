import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { presences } from './presence.rules.ts'
import { Agent, agentToWire } from './schema.ts'
import { agentPage } from './store.ts'

export const list = operation({
  name: 'agents_list',
  title: 'List agents',
  description: 'List the agents that were seen or registered, by id, with presence, pause and number of actions.',
  input: z.object({
    status: z.enum(presences).optional(),
    q: z.string().min(1).max(128).optional().describe('Part of the id or the name'),
    paused: z.boolean().optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({
    agents: z.array(Agent),
    lastUpdated: z.iso.datetime(),
    next_cursor: z.string().nullable(),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { status, q, paused, offset } = input
    const after = input.cursor === undefined ? undefined : decodeCursor(input.cursor, ['text'])[0]
    const agentId = ctx.actor.agentId ?? undefined
    const found = agentPage(ctx, { agentId, status, q, paused, after, limit: input.limit + 1, offset })
    const { rows, nextCursor } = toPage(await found.execute(), input.limit, (row) => [row.agent_id])
    const now = ctx.now()
    return {
      agents: rows.map((row) => agentToWire(row, now)),
      lastUpdated: now.toISOString(),
      next_cursor: nextCursor,
    }
  },
})
