import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'

export const removeLink = operation({
  name: 'notifiers_remove_link',
  title: 'Remove a Telegram link',
  description: 'Take a Telegram user the right to press buttons as a member: your own, or any one as an administrator.',
  input: z.object({ telegram_user_id: z.int().min(1) }),
  output: z.object({ telegram_user_id: z.int(), removed: z.literal(true) }),
  scope: 'approvals:decide',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/notifiers/telegram-links/{telegram_user_id}' },
  mcp: 'hidden',

  async handler(ctx, { telegram_user_id: userId }) {
    const { orgId, accountId, scopes } = ctx.actor
    await transact(ctx.db, async (trx) => {
      let links = trx.deleteFrom('telegram_link').where('org_id', '=', orgId).where('telegram_user_id', '=', userId)
      if (!scopes.has('notifiers:write')) links = links.where('account_id', '=', accountId ?? '')
      const gone = await links.returning('account_id').executeTakeFirst()
      if (!gone) throw new Fault('not_found', 'Telegram link not found')
      const data = { telegram_user_id: userId }
      await recordAct(trx, ctx.actor, { event: 'telegram.unlinked', ref: gone.account_id, at: ctx.now(), data })
    })
    return { telegram_user_id: userId, removed: true as const }
  },
})
