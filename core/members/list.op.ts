import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Member, memberToWire } from './schema.ts'
import { membersOf } from './store.ts'

export const list = operation({
  name: 'members_list',
  title: 'List members',
  description: 'List the people of the org with their roles.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ members: z.array(Member), next_cursor: z.string().nullable() }),
  scope: 'members:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/members' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = membersOf(ctx.db, ctx.actor.orgId)
      .orderBy('m.account_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('m.account_id', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.account_id])
    return { members: rows.map(memberToWire), next_cursor: nextCursor }
  },
})
