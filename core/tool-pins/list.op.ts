import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { pinToWire, ServerName, ToolPin } from './schema.ts'

export const list = operation({
  name: 'tool_pins_list',
  title: 'Tools of wrapped servers',
  description:
    'List what the tools of wrapped MCP servers say about themselves, newest first, and what is quarantined.',
  input: z.object({
    server: ServerName.optional(),
    state: z.enum(['pinned', 'quarantined']).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ pins: z.array(ToolPin), next_cursor: z.string().nullable() }),
  scope: 'tools:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/tool-pins' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('tool_pin')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.server !== undefined) query = query.where('server', '=', input.server)
    if (input.state !== undefined) query = query.where('state', '=', input.state)
    if (input.cursor) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { pins: rows.map(pinToWire), next_cursor: nextCursor }
  },
})
