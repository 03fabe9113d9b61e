import { sql } from 'kysely'
import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Instant } from '../kernel/time.ts'
import { WebhookId } from './schema.ts'
import { findEndpoint } from './store.ts'

const MAX = 1000

export const replay = operation({
  name: 'webhooks_replay',
  title: 'Send deliveries again',
  description: 'Send settled deliveries of a webhook again, under the same ids: some by id, or all that failed since.',
  input: z.object({
    webhook_id: WebhookId,
    delivery_ids: z.array(z.string().min(1).max(128)).min(1).max(100).optional(),
    failed_since: Instant.optional().describe(`Those that failed since, the oldest ${MAX} at a time`),
  }),
  output: z.object({
    replayed: z.int(),
    more: z.boolean().describe('There may be more that failed: call again'),
  }),
  scope: 'webhooks:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  rest: { method: 'post', path: '/api/webhooks/{webhook_id}/replay' },
  mcp: 'hidden',

  async handler(ctx, { webhook_id: id, delivery_ids: ids, failed_since: since }) {
    const endpoint = await findEndpoint(ctx, id)
    if ((ids === undefined) === (since === undefined)) {
      const details = ['(body): name either delivery_ids or failed_since']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    if (endpoint.state !== 'active') {
      throw new Fault('conflict', `The webhook is ${endpoint.state}: set it active first.`)
    }
    const wanted =
      ids === undefined
        ? sql`state = 'failed' and settled_at >= ${since}::timestamptz`
        : sql`state <> 'pending' and delivery_id = any(${ids}::text[])`
    const { numAffectedRows = 0n } = await sql`
      update webhook_message set state = 'pending', attempts = 0, next_at = ${ctx.now()}, settled_at = null
      where org_id = ${ctx.actor.orgId} and delivery_id in (
        select delivery_id from webhook_message
        where org_id = ${ctx.actor.orgId} and webhook_id = ${id} and ${wanted}
        order by delivery_id limit ${MAX} for update skip locked)`.execute(ctx.db)
    const replayed = Number(numAffectedRows)
    if (ids !== undefined && replayed === 0) {
      throw new Fault('not_found', 'None of these is a settled delivery of this webhook.')
    }
    return { replayed, more: replayed === MAX }
  },
})
