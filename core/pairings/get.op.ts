import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Pairing, PairingId, pairingToWire } from './schema.ts'

export const get = operation({
  name: 'pairings_get',
  title: 'Show a pairing',
  description: 'Show one pairing; an agent asks this until it is approved or has expired.',
  input: z.object({ id: PairingId }),
  output: z.object({ pairing: Pairing }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/pairings/{id}' },
  mcp: 'hidden',

  async handler(ctx, { id }) {
    const row = await ctx.db
      .selectFrom('agent_pairing')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('id', '=', id)
      .executeTakeFirst()
    const hidden = row && ctx.actor.agentId !== null && row.agent_id !== ctx.actor.agentId
    if (!row || hidden) throw new Fault('not_found', 'Pairing not found')
    return { pairing: pairingToWire(row, ctx.now()) }
  },
})
