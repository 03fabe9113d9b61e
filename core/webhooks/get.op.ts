import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { endpointToWire, Webhook, WebhookId } from './schema.ts'
import { findEndpoint } from './store.ts'

export const get = operation({
  name: 'webhooks_get',
  title: 'Get a webhook',
  description: 'Show one webhook and how its deliveries fare; never its secret.',
  input: z.object({ webhook_id: WebhookId }),
  output: z.object({ webhook: Webhook }),
  scope: 'webhooks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/webhooks/{webhook_id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    return { webhook: endpointToWire(await findEndpoint(ctx, input.webhook_id)) }
  },
})
