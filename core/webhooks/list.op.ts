import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { endpointToWire, Webhook } from './schema.ts'
import { assertMayUse } from './store.ts'

export const list = operation({
  name: 'webhooks_list',
  title: 'List webhooks',
  description: 'List the webhooks of the org, newest first; never their secrets.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ webhooks: z.array(Webhook), next_cursor: z.string().nullable() }),
  scope: 'webhooks:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/webhooks' },
  mcp: 'hidden',

  async handler(ctx, input) {
    assertMayUse(ctx)
    let query = ctx.db
      .selectFrom('webhook_endpoint')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('webhook_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) query = query.where('webhook_id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.webhook_id])
    return { webhooks: rows.map(endpointToWire), next_cursor: nextCursor }
  },
})
