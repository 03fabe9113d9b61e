import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { newTotpSecret, sealTotp, totpOf } from './second-factor.ts'
import { requireAccount } from './store.ts'

export const startTotp = operation({
  name: 'accounts_start_totp',
  title: 'Set up a second factor',
  description: 'Make the secret for an authenticator app; it counts once a code was confirmed.',
  input: z.object({}),
  output: z.object({ secret: z.string().describe('Base32, to type in'), otpauth_url: z.string() }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/account/totp', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx) {
    const { accountId } = personOf(ctx)
    const { email } = await requireAccount(ctx.db, accountId)
    const secret = newTotpSecret()
    const { numUpdatedRows } = await ctx.db
      .updateTable('account')
      .set({ totp_secret: sealTotp(ctx.runtime, accountId, secret), totp_last_step: null })
      .where('id', '=', accountId)
      .where('totp_confirmed_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) {
      throw new Fault('conflict', 'There is a second factor already; remove it before you set up another.')
    }
    const totp = totpOf(secret, email)
    return { secret: totp.secret.base32, otpauth_url: totp.toString() }
  },
})
