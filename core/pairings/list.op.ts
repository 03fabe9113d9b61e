import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Pairing, PAIRING_STATES, pairingToWire } from './schema.ts'

export const list = operation({
  name: 'pairings_list',
  title: 'Pairings',
  description: 'List the keys that agents ask to be known by, newest first.',
  input: z.object({
    status: z.enum(PAIRING_STATES).default('pending'),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ pairings: z.array(Pairing), next_cursor: z.string().nullable() }),
  scope: 'identities:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/pairings' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const now = ctx.now()
    let query = ctx.db
      .selectFrom('agent_pairing')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('status', '=', input.status === 'approved' ? 'approved' : 'pending')
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.status !== 'approved') query = query.where('expires_at', input.status === 'pending' ? '>' : '<=', now)
    if (input.cursor) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { pairings: rows.map((row) => pairingToWire(row, now)), next_cursor: nextCursor }
  },
})
