import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { WebhookEndpointTable, WebhookMessageTable } from './tables.ts'

export type EndpointRow = Selectable<WebhookEndpointTable>
export type MessageRow = Selectable<WebhookMessageTable>

export const MAX_ENDPOINTS = 50

export const WebhookId = z.string().min(1).max(128)
export const Url = z.string().min(1).max(2048).describe('https')
export const Events = z
  .array(z.string().min(1).max(128))
  .min(1)
  .max(50)
  .describe('Names of events; `agent.*` for all of a domain, `*` for all')
export const Description = z.string().max(500)

export const Webhook = z
  .object({
    webhook_id: z.string(),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(z.string()),
    format: z.enum(['writ', 'clawmit']),
    active: z.boolean(),
    state: z
      .enum(['active', 'paused', 'disabled'])
      .describe('paused: by a person, or since nothing got through; disabled: the receiver answered 410'),
    state_reason: z.string().nullable(),
    failures: z.int().describe('Failed attempts since the last success'),
    failing_since: z.iso.datetime().nullable(),
    held_until: z.iso.datetime().nullable().describe('The receiver asked for a rest until then'),
    previous_secret_until: z.iso.datetime().nullable().describe('Until then the former secret signs as well'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.output<typeof Webhook>

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

export function endpointToWire(row: EndpointRow): Webhook {
  return {
    webhook_id: row.webhook_id,
    url: row.url,
    description: row.description,
    events: row.events,
    format: row.format,
    active: row.state === 'active',
    state: row.state,
    state_reason: row.state_reason,
    failures: row.failures,
    failing_since: iso(row.failing_since),
    held_until: iso(row.held_until),
    previous_secret_until: iso(row.previous_until),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export const Delivery = z
  .object({
    delivery_id: z.string().describe('Header webhook-id, the same over all tries'),
    webhook_id: z.string(),
    event: z.string(),
    seq: z.int().describe('Header x-writ-sequence; order of the events'),
    state: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    next_at: z.iso.datetime().nullable().describe('Of a pending one'),
    tries: z
      .array(
        z.object({
          at: z.iso.datetime(),
          status: z.int().nullable(),
          ms: z.int(),
          error: z.string().nullable(),
        }),
      )
      .describe('The newest twenty, oldest first'),
    created_at: z.iso.datetime(),
    settled_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export function messageToWire(row: Omit<MessageRow, 'body'>): z.output<typeof Delivery> {
  return {
    delivery_id: row.delivery_id,
    webhook_id: row.webhook_id,
    event: row.event,
    seq: Number(row.seq),
    state: row.state,
    attempts: row.attempts,
    next_at: row.state === 'pending' ? row.next_at.toISOString() : null,
    tries: [...row.tries],
    created_at: row.created_at.toISOString(),
    settled_at: iso(row.settled_at),
  }
}
