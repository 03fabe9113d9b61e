import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Notifier, notifierToWire } from './schema.ts'

export const list = operation({
  name: 'notifiers_list',
  title: 'List notifiers',
  description: 'List where people are told of alerts and approvals, and whether the newest message got through.',
  input: z.object({ ...pageInput({ default: 50, max: 100 }) }),
  output: z.object({ notifiers: z.array(Notifier), next_cursor: z.string().nullable() }),
  scope: 'notifiers:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/notifiers' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('notifier')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('notifier_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('notifier_id', '>', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.notifier_id])
    return { notifiers: rows.map(notifierToWire), next_cursor: nextCursor }
  },
})
