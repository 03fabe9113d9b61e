import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { SecondFactorCode } from './schema.ts'
import { dropSecondFactor, takeSecondFactor } from './second-factor.ts'
import { sessionCache } from './session-cache.ts'
import { requireAccount } from './store.ts'
import { countAttempt, forgetAttempt } from './throttle.ts'

export const removeTotp = operation({
  name: 'accounts_remove_totp',
  title: 'Remove the second factor',
  description: 'Turn the second factor off, by one more code of it.',
  input: z.object({ code: SecondFactorCode }),
  output: z.object({ success: z.literal(true) }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/account/totp' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { accountId } = personOf(ctx)
    const account = await requireAccount(ctx.db, accountId)
    if (account.totp_confirmed_at === null) throw new Fault('not_found', 'There is no second factor to remove.')
    const who = { email: account.email, address: ctx.actor.address ?? 'unknown' }
    const attempt = await countAttempt(ctx.db, who, ctx.now())
    if (!(await takeSecondFactor(ctx.runtime, account, input.code))) {
      throw new Fault('invalid_input', 'Validation failed', { details: ['code: is wrong or was used'] })
    }
    await forgetAttempt(ctx.db, attempt)
    await ctx.db.transaction().execute(async (trx) => {
      await dropSecondFactor(trx, accountId)
      await trx
        .updateTable('account_session')
        .set({ second_factor_at: null })
        .where('account_id', '=', accountId)
        .execute()
    })
    ctx.runtime.use(sessionCache).forgetAccount(accountId)
    return { success: true as const }
  },
})
