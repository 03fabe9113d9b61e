import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { AgentIdField } from './schema.ts'

export const remove = operation({
  name: 'identities_remove',
  title: 'Revoke the key of an agent',
  description: 'Revoke the public key of an agent; what it signs is not verified from then on.',
  input: z.object({ agent_id: AgentIdField }),
  output: z.object({ success: z.literal(true), agent_id: z.string() }),
  scope: 'identities:write',
  annotations: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  rest: { method: 'delete', path: '/api/identities/{agent_id}' },
  mcp: 'hidden',

  async handler(ctx, { agent_id }) {
    await ctx.db.transaction().execute(async (trx) => {
      const removed = await trx
        .deleteFrom('agent_identity')
        .where('org_id', '=', ctx.actor.orgId)
        .where('agent_id', '=', agent_id)
        .returning(['algorithm', 'fingerprint'])
        .executeTakeFirst()
      if (!removed) throw new Fault('not_found', 'Identity not found')
      await recordAct(trx, ctx.actor, { event: 'identity.revoked', ref: agent_id, at: ctx.now(), data: removed })
    })
    return { success: true as const, agent_id }
  },
})
