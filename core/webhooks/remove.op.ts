import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { WebhookId } from './schema.ts'
import { assertMayUse, tellOf } from './store.ts'

export const remove = operation({
  name: 'webhooks_remove',
  title: 'Remove a webhook',
  description: 'Remove a webhook with its secret and its log; nothing more is sent there.',
  input: z.object({ webhook_id: WebhookId }),
  output: z.object({ removed: z.literal(true), webhook_id: z.string() }),
  scope: 'webhooks:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/webhooks/{webhook_id}' },
  mcp: 'hidden',

  async handler(ctx, { webhook_id: id }) {
    assertMayUse(ctx)
    await transact(ctx.db, async (trx) => {
      const own = trx.deleteFrom('webhook_endpoint').where('org_id', '=', ctx.actor.orgId)
      const row = await own.where('webhook_id', '=', id).returningAll().executeTakeFirst()
      if (!row) throw new Fault('not_found', 'Webhook not found')
      await tellOf(trx, ctx, 'webhook.removed', row)
    })
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return { removed: true as const, webhook_id: id }
  },
})
