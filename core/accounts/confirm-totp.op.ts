import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { personOf } from './person.ts'
import { SecondFactorCode } from './schema.ts'
import { newRecoveryCodes, openTotp, stepOf, totpOf } from './second-factor.ts'
import { sessionCache } from './session-cache.ts'
import { endSessions } from './sessions.ts'
import { requireAccount } from './store.ts'
import { countAttempt } from './throttle.ts'

export const confirmTotp = operation({
  name: 'accounts_confirm_totp',
  title: 'Confirm the second factor',
  description: 'Turn the second factor on by a code of the app; recovery codes are shown once, other sessions end.',
  input: z.object({ code: SecondFactorCode }),
  output: z.object({ recovery_codes: z.array(z.string()) }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/account/totp/confirm' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { accountId, sessionId } = personOf(ctx)
    const now = ctx.now()
    const { email, totp_secret, totp_confirmed_at } = await requireAccount(ctx.db, accountId)
    if (totp_secret === null || totp_confirmed_at !== null) {
      throw new Fault('conflict', 'There is no second factor that waits to be confirmed; start one first.')
    }
    await countAttempt(ctx.db, { email, address: ctx.actor.address ?? 'unknown' }, now)
    const step = stepOf(totpOf(openTotp(ctx.runtime, accountId, totp_secret), email), input.code, now)
    if (step === null) {
      const details = ['code: is not the one your app shows now; look at the clock of your phone']
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const recovery_codes = await ctx.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('account')
        .set({ totp_confirmed_at: now, totp_last_step: step })
        .where('id', '=', accountId)
        .where('totp_confirmed_at', 'is', null)
        .where('totp_secret', '=', totp_secret)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new Fault('conflict', 'The second factor was changed meanwhile; look again.')
      await endSessions(trx, accountId, now, { except: sessionId })
      await trx.updateTable('account_session').set({ second_factor_at: now }).where('id', '=', sessionId).execute()
      return newRecoveryCodes(trx, accountId)
    })
    ctx.runtime.use(sessionCache).forgetAccount(accountId)
    return { recovery_codes }
  },
})
