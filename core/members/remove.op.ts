import { z } from 'zod'
import { AccountId, endSessions, sessionCache } from '#core/accounts/index'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { assertMayAppoint, assertNotLastOwner, requireMember } from './store.ts'

export const remove = operation({
  name: 'members_remove',
  title: 'Remove a member',
  description: 'Take a person out of the org; their sessions and OAuth clients there stop at once.',
  input: z.object({ account_id: AccountId }),
  output: z.object({ success: z.literal(true) }),
  scope: 'members:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/members/{account_id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const at = ctx.now()
    await ctx.db.transaction().execute(async (trx) => {
      const known = await requireMember(trx, orgId, input.account_id)
      assertMayAppoint(ctx.actor, known.role)
      await assertNotLastOwner(trx, orgId, input.account_id)
      const { numDeletedRows } = await trx
        .deleteFrom('membership')
        .where('org_id', '=', orgId)
        .where('account_id', '=', input.account_id)
        .where('role', '=', known.role)
        .executeTakeFirst()
      if (numDeletedRows === 0n) throw new Fault('conflict', 'This member was changed meanwhile; look again.')
      await endSessions(trx, input.account_id, at, { orgId })
      const data = { email: known.email, role: known.role }
      await recordAct(trx, ctx.actor, { event: 'member.removed', ref: input.account_id, at, data })
    })
    ctx.runtime.use(sessionCache).forgetAccount(input.account_id)
    return { success: true as const }
  },
})
