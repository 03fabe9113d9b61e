import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { DELIVERY_STATES, NotifierDelivery, NotifierId, deliveryToWire } from './schema.ts'
import { requireNotifier } from './store.ts'

export const listDeliveries = operation({
  name: 'notifiers_list_deliveries',
  title: 'List deliveries of a notifier',
  description: 'List what a notifier told, has yet to tell or could not tell, newest first; kept for 35 days.',
  input: z.object({
    notifier_id: NotifierId,
    status: z.enum(DELIVERY_STATES).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ deliveries: z.array(NotifierDelivery), next_cursor: z.string().nullable() }),
  scope: 'notifiers:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/notifiers/{notifier_id}/deliveries' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { notifier_id: notifierId } = await requireNotifier(ctx.db, ctx.actor.orgId, input.notifier_id)
    let query = ctx.db
      .selectFrom('notification')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('notifier_id', '=', notifierId)
      .orderBy('created_at', 'desc')
      .orderBy('subject', 'desc')
      .orderBy('ref', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.status !== undefined) query = query.where('status', '=', input.status)
    if (input.cursor !== undefined) {
      const [at, subject, ref] = decodeCursor(input.cursor, ['time', 'text', 'text'])
      query = query.where((eb) =>
        eb(eb.refTuple('created_at', 'subject', 'ref'), '<', eb.tuple(at, subject as 'alert', ref)),
      )
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [
      row.created_at.toISOString(),
      row.subject,
      row.ref,
    ])
    return { deliveries: rows.map(deliveryToWire), next_cursor: nextCursor }
  },
})
