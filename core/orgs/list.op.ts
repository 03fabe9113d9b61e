import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Org } from './schema.ts'

export const list = operation({
  name: 'orgs_list',
  title: 'List organizations',
  description: 'List the organizations of this instance.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ orgs: z.array(Org), next_cursor: z.string().nullable() }),
  scope: 'orgs:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/orgs' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('organization')
      .selectAll()
      .orderBy('org_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('org_id', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.org_id])
    const orgs = rows.map((row) => ({
      org_id: row.org_id,
      name: row.name,
      created_at: row.created_at.toISOString(),
      halted: row.halted_at !== null,
    }))
    return { orgs, next_cursor: nextCursor }
  },
})
