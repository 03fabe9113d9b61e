import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { operation } from '../kernel/operation.ts'
import { versionById } from './store.ts'
import { chooseVersion } from './traffic.ts'

export const choose = operation({
  name: 'agent_versions_choose',
  title: 'Choose the version to run',
  description: 'Say which version of an agent a session should run; the same key is always answered the same version.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    key: z.string().min(1).max(256).describe('What stays with one version: id of the session, user or conversation'),
  }),
  output: z.object({
    version_id: z.string().nullable().describe('Null: the agent has no version'),
    version_number: z.int().nullable(),
    by: z.enum(['traffic', 'current']).describe('traffic: by the shares that were set'),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/choose' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, key }) {
    await requireAgent(ctx, agentId)
    const { orgId } = ctx.actor
    const { versionId, by } = await chooseVersion(ctx.db, orgId, { agentId, key })
    if (versionId === null) return { version_id: null, version_number: null, by }
    const { version_number } = await versionById(ctx.db, orgId, versionId)
    return { version_id: versionId, version_number, by }
  },
})
