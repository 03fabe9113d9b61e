import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { assertWholeOrg } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { familyTree, type Member } from './lineage.rules.ts'
import { FORK_TYPES } from './schema.ts'

/** Agents of one family that are shown at most. */
const MAX_AGENTS = 1000

const Node: z.ZodType<Member> = z
  .object({
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    fork_type: z.enum(FORK_TYPES).nullable(),
    version_id: z.string().nullable(),
    version_number: z.int().describe('0: it has no version'),
    get children(): z.ZodArray<typeof Node> {
      return z.array(Node)
    },
  })
  .meta({ id: 'AgentFamilyMember' })

export const getLineage = operation({
  name: 'agent_versions_get_lineage',
  title: 'Show the family of an agent',
  description: 'Show the tree of forks that an agent belongs to, from the first of the family down.',
  input: z.object({ agent_id: z.string().min(1).max(128) }),
  output: z.object({ root: Node, truncated: z.boolean().describe(`More than ${MAX_AGENTS} agents`) }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/lineage' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId }) {
    assertWholeOrg(ctx, 'see the family of an agent')
    const agent = await requireAgent(ctx, agentId)
    const root = agent.root_agent_id ?? agent.agent_id
    const rows = await ctx.db
      .selectFrom('agent')
      .select(['agent_id', 'agent_name', 'fork_type', 'parent_agent_id'])
      .select(['current_version_id as version_id', 'version_count as version_number'])
      .where('org_id', '=', ctx.actor.orgId)
      .where((eb) => eb.or([eb('root_agent_id', '=', root), eb('agent_id', '=', root)]))
      .orderBy('registered_at')
      .orderBy('agent_id')
      .limit(MAX_AGENTS + 1)
      .execute()
    return { root: familyTree(rows.slice(0, MAX_AGENTS), root), truncated: rows.length > MAX_AGENTS }
  },
})
