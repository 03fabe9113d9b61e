import { z } from 'zod'
import { create } from '#core/webhooks/create.op'
import { clawmitFilters, clawmitNames } from '#core/webhooks/index'
import { list } from '#core/webhooks/list.op'
import { remove } from '#core/webhooks/remove.op'
import type { Call, Reply } from '../dialect.ts'
import { parsed } from './fields.ts'

const EVENTS = [
  'agent.created',
  'agent.updated',
  'agent.forked',
  'version.created',
  'task.created',
  'task.started',
  'task.completed',
  'task.failed',
] as const

const Making = z.object({ url: z.string(), events: z.array(z.enum(EVENTS)).min(1).max(50) })
type Webhook = z.output<typeof list.output>['webhooks'][number]

function webhookToWire({ webhook_id: id, url, events, active }: Webhook): object {
  return { id, url, events: clawmitNames(events), active }
}

export async function createWebhook({ body, run }: Call): Promise<Reply> {
  const { url, events } = parsed(Making, body)
  const { webhook, secret } = await run(create, { url, events: clawmitFilters(events), format: 'clawmit' })
  return { status: 201, body: { ...webhookToWire(webhook), secret } }
}

export async function listWebhooks({ run }: Call): Promise<Reply> {
  const { webhooks } = await run(list, { limit: 200 })
  const data = webhooks.map((webhook) => ({ ...webhookToWire(webhook), createdAt: webhook.created_at }))
  return { status: 200, body: { data } }
}

export async function removeWebhook({ params, run }: Call): Promise<Reply> {
  await run(remove, { webhook_id: params['id'] ?? '' })
  return { status: 204 }
}
