import { z } from 'zod'
import { Email } from '#core/accounts/index'
import { recordAct } from '#core/activity/index'
import { hashSecret, newSecret } from '#core/keys/index'
import { newId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { Invitation, invitationToWire, MemberRole } from './schema.ts'
import { assertMayAppoint } from './store.ts'

export const invite = operation({
  name: 'members_invite',
  title: 'Invite a person',
  description: 'Make a link by which one person joins the org with a role; it works once and is shown once.',
  input: z.object({
    email: Email.optional().describe('Only this address may accept'),
    role: MemberRole.default('member'),
    expires_hours: z.int().min(1).max(720).default(72),
  }),
  output: z.object({ invitation: Invitation, token: z.string(), path: z.string() }),
  scope: 'members:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/invitations', status: () => 201, statuses: [201] },
  mcp: 'hidden',

  async handler(ctx, input) {
    assertMayAppoint(ctx.actor, input.role)
    const { orgId } = ctx.actor
    const at = ctx.now()
    const token = newSecret('invite_')
    const row = await ctx.db.transaction().execute(async (trx) => {
      const made = await trx
        .insertInto('invitation')
        .values({
          org_id: orgId,
          id: newId('inv'),
          token_hash: hashSecret(token),
          email: input.email ?? null,
          role: input.role,
          created_by: ctx.actor.principalId,
          created_at: at,
          expires_at: new Date(at.getTime() + input.expires_hours * 3_600_000),
          accepted_at: null,
          accepted_by: null,
          revoked_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      const data = { email: made.email, role: made.role }
      await recordAct(trx, ctx.actor, { event: 'member.invited', ref: made.id, at, data })
      return made
    })
    return { invitation: invitationToWire(row), token, path: `/invitation?token=${token}` }
  },
})
