import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { hashOf } from './answer-token.ts'

const TTL_MS = 10 * 60_000

export const createLink = operation({
  name: 'notifiers_create_link',
  title: 'Link your Telegram account',
  description:
    'Make a code; sent by you in the chat of the bot it links your Telegram account, so that buttons are yours.',
  input: z.object({}),
  output: z.object({
    message: z.string().describe('To be sent in the chat within ten minutes, once'),
    expires_at: z.iso.datetime(),
  }),
  scope: 'approvals:decide',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/notifiers/telegram-link', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx) {
    const { accountId, orgId, kind } = ctx.actor
    if (accountId === undefined || kind !== 'user') {
      throw new Fault('APPROVER_IDENTITY_REQUIRED', 'Only a person who is signed in can link a Telegram account.')
    }
    const code = randomBytes(15).toString('base64url')
    const expires_at = new Date(ctx.now().getTime() + TTL_MS)
    await ctx.db.transaction().execute(async (trx) => {
      await trx
        .deleteFrom('telegram_link_code')
        .where('org_id', '=', orgId)
        .where((eb) => eb.or([eb('account_id', '=', accountId), eb('expires_at', '<', ctx.now())]))
        .execute()
      await trx
        .insertInto('telegram_link_code')
        .values({ org_id: orgId, code_hash: hashOf(code), account_id: accountId, expires_at })
        .execute()
    })
    return { message: `/link ${code}`, expires_at: expires_at.toISOString() }
  },
})
