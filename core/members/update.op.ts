import { z } from 'zod'
import { AccountId, sessionCache } from '#core/accounts/index'
import { recordAct } from '#core/activity/index'
import { operation } from '../kernel/operation.ts'
import { Member, MemberRole, memberToWire } from './schema.ts'
import { assertMayAppoint, assertNotLastOwner, requireMember } from './store.ts'

export const update = operation({
  name: 'members_update',
  title: 'Change a role',
  description: 'Give a member another role; what they may do changes at once.',
  input: z.object({ account_id: AccountId, role: MemberRole }),
  output: z.object({ member: Member }),
  scope: 'members:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/members/{account_id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const at = ctx.now()
    const member = await ctx.db.transaction().execute(async (trx) => {
      await trx
        .selectFrom('membership')
        .select('role')
        .where('org_id', '=', orgId)
        .where('account_id', '=', input.account_id)
        .forUpdate()
        .execute()
      const known = await requireMember(trx, orgId, input.account_id)
      if (known.role === input.role) return known
      assertMayAppoint(ctx.actor, known.role, input.role)
      if (known.role === 'owner') await assertNotLastOwner(trx, orgId, input.account_id)
      await trx
        .updateTable('membership')
        .set({ role: input.role })
        .where('org_id', '=', orgId)
        .where('account_id', '=', input.account_id)
        .execute()
      const data = { email: known.email, from: known.role, role: input.role }
      await recordAct(trx, ctx.actor, { event: 'member.role_changed', ref: input.account_id, at, data })
      return { ...known, role: input.role }
    })
    ctx.runtime.use(sessionCache).forgetAccount(input.account_id)
    return { member: memberToWire(member) }
  },
})
