import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { webhookSecret } from './webhook-secret.store.ts'

export const getWebhookSecret = operation({
  name: 'observations_get_webhook_secret',
  title: 'Get the webhook secret',
  description: 'Get the secret with which calls to webhook policies are signed (Standard Webhooks); made on first use.',
  input: z.object({}),
  output: z.object({ secret: z.string().describe('whsec_ and base64 of the HMAC-SHA256 key') }),
  scope: 'settings:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/webhooks/guard-secret' },
  mcp: 'hidden',

  async handler(ctx) {
    return { secret: await webhookSecret(ctx.runtime, ctx.actor.orgId) }
  },
})
