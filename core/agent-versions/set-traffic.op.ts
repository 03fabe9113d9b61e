import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { emitEvents, eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { VersionId } from './schema.ts'
import { lockAgent, requireVersion } from './store.ts'
import { MAX_SHARES } from './traffic.ts'

const Share = z.object({
  version_id: VersionId.describe('Id or number'),
  weight: z.int().min(1).max(1000).describe('In proportion to the other weights'),
})

export const setTraffic = operation({
  name: 'agent_versions_set_traffic',
  title: 'Share the work of an agent among versions',
  description: 'Let versions of an agent share its tasks and sessions by weight; an empty list ends it.',
  input: z.object({ agent_id: z.string().min(1).max(128), shares: z.array(Share).max(MAX_SHARES) }),
  output: z.object({
    agent_id: z.string(),
    shares: z.array(z.object({ version_id: z.string(), version_number: z.int(), weight: z.int() })),
  }),
  scope: 'agents:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'put', path: '/api/agents/{agent_id}/traffic' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, shares }) {
    const { orgId } = ctx.actor
    const at = ctx.now()
    const set = await transact(ctx.db, async (trx) => {
      await lockAgent(trx, ctx, agentId)
      const rows = []
      for (const { version_id: id, weight } of shares) {
        const { version_id, version_number } = await requireVersion(trx, orgId, agentId, id)
        rows.push({ version_id, version_number, weight })
      }
      if (new Set(rows.map((row) => row.version_id)).size < rows.length) {
        throw new Fault('invalid_input', 'Validation failed', { details: ['shares: each version is named once'] })
      }
      await trx.deleteFrom('agent_traffic').where('org_id', '=', orgId).where('agent_id', '=', agentId).execute()
      const values = rows.map(({ version_id, weight }) => ({ org_id: orgId, agent_id: agentId, version_id, weight }))
      if (values.length > 0) await trx.insertInto('agent_traffic').values(values).execute()
      const data = { shares: values.map(({ version_id, weight }) => ({ version_id, weight })) }
      // On the ledger: which version an agent acts as is part of what governs it.
      await recordAct(trx, ctx.actor, { event: 'agent.traffic_set', ref: agentId, at, data })
      await emitEvents(trx, orgId, at, [
        { name: 'agent.rerouted', ref: agentId, payload: { agent_id: agentId, ...data } },
      ])
      return rows
    })
    ctx.runtime.use(eventHub).nudge(orgId)
    return { agent_id: agentId, shares: set }
  },
})
