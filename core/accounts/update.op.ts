import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { assertGoodPassword, hashPassword, verifyPassword } from './password.ts'
import { personOf } from './person.ts'
import { Account, accountToWire, Password, PersonName } from './schema.ts'
import { recoveryCodesLeft } from './second-factor.ts'
import { sessionCache } from './session-cache.ts'
import { endSessions } from './sessions.ts'
import { requireAccount } from './store.ts'
import { countAttempt, forgetAttempt } from './throttle.ts'

export const update = operation({
  name: 'accounts_update',
  title: 'Change your account',
  description: 'Change your name or your password; a new password ends your other sessions.',
  input: z.object({
    name: PersonName.optional(),
    password: Password.optional().describe('The new one'),
    current_password: Password.optional().describe('Needed for a new password when there is one'),
  }),
  output: z.object({ account: Account }),
  scope: 'account:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/account' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { accountId, sessionId } = personOf(ctx)
    if (input.name === undefined && input.password === undefined) {
      throw new Fault('invalid_input', 'Validation failed', { details: ['(body): name or password must be given'] })
    }
    const known = await requireAccount(ctx.db, accountId)
    let password_hash: string | undefined
    if (input.password !== undefined) {
      assertGoodPassword(input.password, known.email)
      if (known.password_hash !== null) {
        const attempt = await countAttempt(
          ctx.db,
          { email: known.email, address: ctx.actor.address ?? 'unknown' },
          ctx.now(),
        )
        if (!(await verifyPassword(known.password_hash, input.current_password ?? ''))) {
          throw new Fault('invalid_input', 'Validation failed', { details: ['current_password: is not right'] })
        }
        await forgetAttempt(ctx.db, attempt)
      }
      password_hash = await hashPassword(input.password)
    }
    const row = await ctx.db.transaction().execute(async (trx) => {
      if (password_hash !== undefined) await endSessions(trx, accountId, ctx.now(), { except: sessionId })
      return trx
        .updateTable('account')
        .set({ ...(input.name === undefined ? {} : { name: input.name }), ...(password_hash ? { password_hash } : {}) })
        .where('id', '=', accountId)
        .returningAll()
        .executeTakeFirstOrThrow()
    })
    ctx.runtime.use(sessionCache).forgetAccount(accountId)
    return { account: accountToWire(row, await recoveryCodesLeft(ctx.db, accountId)) }
  },
})
