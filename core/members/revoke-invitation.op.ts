import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Invitation, InvitationId, invitationToWire } from './schema.ts'

export const revokeInvitation = operation({
  name: 'members_revoke_invitation',
  title: 'Take an invitation back',
  description: 'Make the link of an invitation stop working.',
  input: z.object({ id: InvitationId }),
  output: z.object({ invitation: Invitation }),
  scope: 'members:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/invitations/{id}' },
  mcp: 'hidden',

  async handler(ctx, input) {
    const { orgId } = ctx.actor
    const at = ctx.now()
    return ctx.db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('invitation')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', input.id)
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw new Fault('not_found', 'Invitation not found')
      if (row.accepted_at) throw new Fault('conflict', 'This invitation was accepted; remove the member instead.')
      if (row.revoked_at) return { invitation: invitationToWire(row) }
      await trx
        .updateTable('invitation')
        .set({ revoked_at: at })
        .where('org_id', '=', orgId)
        .where('id', '=', input.id)
        .execute()
      const data = { email: row.email, role: row.role }
      await recordAct(trx, ctx.actor, { event: 'member.invitation_revoked', ref: row.id, at, data })
      return { invitation: invitationToWire({ ...row, revoked_at: at }) }
    })
  },
})
