import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Delivery, messageToWire, WebhookId } from './schema.ts'
import { findEndpoint } from './store.ts'

export const listDeliveries = operation({
  name: 'webhooks_list_deliveries',
  title: 'List deliveries of a webhook',
  description: 'List what was, is or will be sent to a webhook, newest first, with each attempt; kept for a month.',
  input: z.object({
    webhook_id: WebhookId,
    state: z.enum(['pending', 'delivered', 'failed']).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ deliveries: z.array(Delivery), next_cursor: z.string().nullable() }),
  scope: 'webhooks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/webhooks/{webhook_id}/deliveries' },
  mcp: 'hidden',

  async handler(ctx, input) {
    await findEndpoint(ctx, input.webhook_id)
    // Ids are in the order of time.
    let query = ctx.db
      .selectFrom('webhook_message')
      .select(['org_id', 'delivery_id', 'webhook_id', 'seq', 'part', 'event', 'state', 'attempts', 'next_at'])
      .select(['leased_until', 'tries', 'created_at', 'settled_at'])
      .where('org_id', '=', ctx.actor.orgId)
      .where('webhook_id', '=', input.webhook_id)
      .orderBy('delivery_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.state !== undefined) query = query.where('state', '=', input.state)
    if (input.cursor !== undefined) query = query.where('delivery_id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.delivery_id])
    return { deliveries: rows.map(messageToWire), next_cursor: nextCursor }
  },
})
