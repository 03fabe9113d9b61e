import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { requireAgent } from '#core/agents/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { AlertKind } from './schema.ts'

export const mute = operation({
  name: 'alerts_mute',
  title: 'Mute alerts',
  description: 'Raise no alerts of one kind for an agent for a time; what is open stays open. Zero minutes end it.',
  input: z.object({
    agent_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Left away: the org as a whole, which has cost_spike only'),
    kind: AlertKind,
    minutes: z.int().min(0).max(43_200).describe('From now on; replaces what was set before'),
  }),
  output: z.object({
    agent_id: z.string().nullable(),
    kind: AlertKind,
    muted_until: z.iso.datetime().nullable(),
  }),
  scope: 'alerts:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/alerts/mute' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, kind, minutes }) {
    if (ctx.actor.agentId !== null && ctx.actor.agentId !== agentId) throw new Fault('not_found', 'Agent not found')
    if (agentId !== undefined) await requireAgent(ctx, agentId)
    else if (kind !== 'cost_spike') {
      const details = [`agent_id: is required for ${kind}; the org as a whole has cost_spike only`]
      throw new Fault('invalid_input', 'Validation failed', { details })
    }
    const { orgId, principalName: by } = ctx.actor
    const at = ctx.now()
    const until = new Date(at.getTime() + minutes * 60_000)
    const muted_until = minutes === 0 ? null : until.toISOString()
    await transact(ctx.db, async (trx) => {
      await trx
        .insertInto('alert_mute')
        .values({ org_id: orgId, agent_id: agentId ?? '', kind, until, muted_by: by })
        .onConflict((conflict) => conflict.columns(['org_id', 'agent_id', 'kind']).doUpdateSet({ until, muted_by: by }))
        .execute()
      const data = { kind, until: muted_until }
      await recordAct(trx, ctx.actor, { event: 'alert.muted', ref: agentId ?? orgId, at, data })
    })
    return { agent_id: agentId ?? null, kind, muted_until }
  },
})
