import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { Invitation, invitationToWire } from './schema.ts'

export const listInvitations = operation({
  name: 'members_list_invitations',
  title: 'List invitations',
  description: 'List invitations, newest first; links are never shown again.',
  input: z.object({
    ...pageInput({ default: 50, max: 200 }),
    open: z.boolean().default(false).describe('Only those that can still be accepted'),
  }),
  output: z.object({ invitations: z.array(Invitation), next_cursor: z.string().nullable() }),
  scope: 'members:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/invitations' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('invitation')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    if (input.open) {
      query = query.where('accepted_at', 'is', null).where('revoked_at', 'is', null).where('expires_at', '>', ctx.now())
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { invitations: rows.map(invitationToWire), next_cursor: nextCursor }
  },
})
