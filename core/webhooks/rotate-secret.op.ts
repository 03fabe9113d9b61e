import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { endpointToWire, Webhook, WebhookId } from './schema.ts'
import { sealed, secretsOf } from './secrets.ts'
import { newWebhookSecret } from './sign.rules.ts'
import { changeEndpoint } from './store.ts'

export const rotateSecret = operation({
  name: 'webhooks_rotate_secret',
  title: 'Rotate the secret of a webhook',
  description: 'Give a webhook a new secret, shown once; the former one signs beside it for a while.',
  input: z.object({
    webhook_id: WebhookId,
    overlap_minutes: z
      .int()
      .min(0)
      .max(10_080)
      .default(1440)
      .describe('So long webhook-signature has both; x-clawmit-signature has the new one at once'),
  }),
  output: z.object({ webhook: Webhook, secret: z.string() }),
  scope: 'webhooks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/webhooks/{webhook_id}/rotate-secret' },
  mcp: 'hidden',

  async handler(ctx, { webhook_id: id, overlap_minutes: minutes }) {
    const { runtime } = ctx
    const secret = newWebhookSecret()
    const row = await changeEndpoint(ctx, id, {
      event: 'webhook.rotated',
      change: (before) => ({
        secret_encrypted: sealed(runtime, 'webhookEndpoint', before, secret),
        previous_secret_encrypted:
          minutes === 0 ? null : sealed(runtime, 'webhookEndpointPrevious', before, secretsOf(runtime, before)[0]),
        previous_until: minutes === 0 ? null : new Date(ctx.now().getTime() + minutes * 60_000),
      }),
    })
    return { webhook: endpointToWire(row), secret }
  },
})
