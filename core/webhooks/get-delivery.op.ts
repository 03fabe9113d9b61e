import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Delivery, messageToWire, WebhookId } from './schema.ts'
import { findEndpoint } from './store.ts'

export const getDelivery = operation({
  name: 'webhooks_get_delivery',
  title: 'Get a delivery of a webhook',
  description: 'Show one delivery with the body that is sent, byte for byte.',
  input: z.object({ webhook_id: WebhookId, delivery_id: z.string().min(1).max(128) }),
  output: z.object({ delivery: Delivery, body: z.string() }),
  scope: 'webhooks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/webhooks/{webhook_id}/deliveries/{delivery_id}' },
  mcp: 'hidden',

  async handler(ctx, { webhook_id: id, delivery_id: deliveryId }) {
    await findEndpoint(ctx, id)
    const row = await ctx.db
      .selectFrom('webhook_message')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('delivery_id', '=', deliveryId)
      .where('webhook_id', '=', id)
      .executeTakeFirst()
    if (!row) throw new Fault('not_found', 'Delivery not found')
    return { delivery: messageToWire(row), body: row.body }
  },
})
