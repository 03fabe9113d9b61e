import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { linkToWire, TelegramLink } from './schema.ts'

export const listLinks = operation({
  name: 'notifiers_list_links',
  title: 'List Telegram links',
  description: 'List which Telegram users press buttons as which members of the organization.',
  input: z.object({ ...pageInput({ default: 50, max: 200 }) }),
  output: z.object({ links: z.array(TelegramLink), next_cursor: z.string().nullable() }),
  scope: 'notifiers:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/notifiers/telegram-links' },
  mcp: 'hidden',

  async handler(ctx, input) {
    let query = ctx.db
      .selectFrom('telegram_link as l')
      .leftJoin('account as a', 'a.id', 'l.account_id')
      .select(['l.telegram_user_id', 'l.account_id', 'l.linked_at', 'a.email'])
      .where('l.org_id', '=', ctx.actor.orgId)
      .orderBy('l.telegram_user_id')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (input.cursor !== undefined) {
      query = query.where('l.telegram_user_id', '>', decodeCursor(input.cursor, ['number'])[0])
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [row.telegram_user_id])
    return { links: rows.map(linkToWire), next_cursor: nextCursor }
  },
})
