import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { makeLink, RESET_HOURS } from './links.ts'
import { Email } from './schema.ts'
import { dropSecondFactor } from './second-factor.ts'
import { sessionCache } from './session-cache.ts'
import { endSessions } from './sessions.ts'
import { findByEmail } from './store.ts'

export const createResetLink = operation({
  name: 'accounts_create_reset_link',
  title: 'Make a link for a new password',
  description: 'Make a link by which a person chooses a new password, once; for whoever runs the instance.',
  input: z.object({
    email: Email,
    remove_second_factor: z
      .boolean()
      .default(false)
      .describe('Also turn the second factor off, at once: for who lost the phone and the recovery codes'),
  }),
  output: z.object({ token: z.string(), path: z.string(), expires_in_hours: z.int() }),
  scope: 'orgs:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/accounts/reset-link', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    const account = await findByEmail(ctx.db, input.email)
    if (!account || account.disabled_at !== null) {
      throw new Fault('not_found', 'There is no account with this e-mail address.')
    }
    const at = ctx.now()
    const token = await ctx.db.transaction().execute(async (trx) => {
      const data = { email: account.email, removed_second_factor: input.remove_second_factor }
      await recordAct(trx, ctx.actor, { event: 'account.reset_link_created', ref: account.id, at, data })
      if (input.remove_second_factor) {
        await dropSecondFactor(trx, account.id)
        await endSessions(trx, account.id, at)
      }
      return makeLink(trx, at, { purpose: 'reset', accountId: account.id })
    })
    ctx.runtime.use(sessionCache).forgetAccount(account.id)
    return { token, path: `/reset?token=${token}`, expires_in_hours: RESET_HOURS }
  },
})
