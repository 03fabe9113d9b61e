import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { ApiKey, keyToWire } from './schema.ts'

export const list = operation({
  name: 'keys_list',
  title: 'List API keys',
  description: 'List API keys: name, role, agent, last use; newest first.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ keys: z.array(ApiKey), next_cursor: z.string().nullable() }),
  scope: 'keys:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/keys' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('api_key')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { keys: rows.map(keyToWire), next_cursor: nextCursor }
  },
})
