import { z } from 'zod'
import { Identity, identityToWire, putIdentity } from '#core/identities/index'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Pairing, PairingId, pairingToWire } from './schema.ts'

export const approve = operation({
  name: 'pairings_approve',
  title: 'Approve a pairing',
  description: 'Make the key of a pairing the one its agent is known by; it replaces an earlier one.',
  input: z.object({ id: PairingId }),
  output: z.object({ identity: Identity, pairing: Pairing }),
  scope: 'identities:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/pairings/{id}/approve' },
  mcp: 'hidden',

  async handler(ctx, { id }) {
    const { orgId, principalId } = ctx.actor
    const at = ctx.now()
    return ctx.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('agent_pairing')
        .set({ status: 'approved', approved_by: principalId, approved_at: at })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .where('expires_at', '>', at)
        .returningAll()
        .executeTakeFirst()
      if (!row) {
        const known = await trx
          .selectFrom('agent_pairing')
          .select('status')
          .where('org_id', '=', orgId)
          .where('id', '=', id)
          .executeTakeFirst()
        if (!known) throw new Fault('not_found', 'Pairing not found')
        if (known.status === 'pending') throw new Fault('gone', 'This pairing has expired; the agent has to ask again.')
        throw new Fault('conflict', 'This pairing is approved already.')
      }
      const { agent_id: agentId, agent_name: agentName, public_key: pem, algorithm, fingerprint } = row
      const draft = { agentId, agentName, key: { pem, algorithm, fingerprint }, pairingId: id }
      const identity = await putIdentity(trx, ctx.actor, at, draft)
      await recordAct(trx, ctx.actor, {
        event: 'pairing.approved',
        ref: id,
        at,
        data: { agent_id: agentId, fingerprint },
      })
      return { identity: identityToWire(identity), pairing: pairingToWire(row, at) }
    })
  },
})
