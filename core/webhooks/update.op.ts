import { z } from 'zod'
import { redactText } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { soundUrl } from './endpoint-url.ts'
import { Description, endpointToWire, Events, Url, Webhook, WebhookId } from './schema.ts'
import { changeEndpoint, soundFilters } from './store.ts'

export const update = operation({
  name: 'webhooks_update',
  title: 'Update a webhook',
  description: 'Change the URL, the events or the description of a webhook, pause it, or let it go on.',
  input: z.object({
    webhook_id: WebhookId,
    url: Url.optional(),
    events: Events.optional(),
    description: Description.optional(),
    active: z
      .boolean()
      .optional()
      .describe('False pauses it; true lets it go on with what waits, and with events of the last day that it missed'),
  }),
  output: z.object({ webhook: Webhook }),
  scope: 'webhooks:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: true },
  rest: { method: 'patch', path: '/api/webhooks/{webhook_id}' },
  mcp: 'hidden',

  async handler(ctx, { webhook_id: id, url, events, description, active }) {
    if ([url, events, description, active].every((value) => value === undefined)) {
      const details = ['(body): name at least one of url, events, description, active']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const change = {
      ...(url === undefined ? {} : { url: await soundUrl(ctx.runtime, url) }),
      ...(events === undefined ? {} : { events: soundFilters(events) }),
      ...(description === undefined ? {} : { description: redactText(description).text }),
      ...(active === undefined ? {} : active ? FRESH : PAUSED),
    }
    const row = await changeEndpoint(ctx, id, { event: 'webhook.updated', change: () => change })
    return { webhook: endpointToWire(row) }
  },
})

const PAUSED = { state: 'paused', state_reason: 'Paused by a person.' } as const
const FRESH = { state: 'active', state_reason: null, failures: 0, failing_since: null, held_until: null } as const
