import { z } from 'zod'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { AccountSession, sessionToWire } from './schema.ts'
import { IDLE_DAYS } from './sessions.ts'

export const listSessions = operation({
  name: 'accounts_list_sessions',
  title: 'List your sessions',
  description: 'List where you are signed in, newest first.',
  input: z.object(pageInput({ default: 50, max: 200 })),
  output: z.object({ sessions: z.array(AccountSession), next_cursor: z.string().nullable() }),
  scope: 'account:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/account/sessions' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { accountId, sessionId } = personOf(ctx)
    const now = ctx.now()
    let query = ctx.db
      .selectFrom('account_session')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .where('last_seen_at', '>', new Date(now.getTime() - IDLE_DAYS * 86_400_000))
      .orderBy('id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor) query = query.where('id', '<', decodeCursor(input.cursor, ['text'])[0])
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.id])
    return { sessions: rows.map((row) => sessionToWire(row, sessionId)), next_cursor: nextCursor }
  },
})
