import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { operation } from '../kernel/operation.ts'
import { diffContent } from './diff.rules.ts'
import { Diff, summaryToWire, VersionId, VersionSummary } from './schema.ts'
import { requireVersion } from './store.ts'

export const compare = operation({
  name: 'agent_versions_compare',
  title: 'Compare two versions of an agent',
  description:
    'Show what differs between two versions of an agent: the prompt by lines, tools by name, config in depth.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    from: VersionId.describe('Id or number'),
    to: VersionId.describe('Id or number'),
  }),
  output: z.object({ from: VersionSummary, to: VersionSummary, diff: Diff }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/versions/compare' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, from, to }) {
    await requireAgent(ctx, agentId)
    const one = await requireVersion(ctx.db, ctx.actor.orgId, agentId, from)
    const other = await requireVersion(ctx.db, ctx.actor.orgId, agentId, to)
    return { from: summaryToWire(one), to: summaryToWire(other), diff: diffContent(one, other) }
  },
})
