import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Version, versionToWire } from './schema.ts'
import { requireVersion } from './store.ts'

export const get = operation({
  name: 'agent_versions_get',
  title: 'Get a version of an agent',
  description: 'Read one version of an agent with its prompt, tools and config, by id, by number, or the current one.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    version_id: z.string().min(1).max(128).describe('Id, number, or `current`'),
  }),
  output: z.object({ version: Version }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/versions/{version_id}' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, version_id: asked }) {
    const agent = await requireAgent(ctx, agentId)
    const versionId = asked === 'current' ? agent.current_version_id : asked
    if (versionId === null) throw new Fault('not_found', `The agent "${agentId}" has no version yet.`)
    return { version: versionToWire(await requireVersion(ctx.db, ctx.actor.orgId, agentId, versionId)) }
  },
})
