import { z } from 'zod'
import { requireAgent } from '#core/agents/index'
import { operation } from '../kernel/operation.ts'
import { Figures, figuresOf } from './figures.ts'
import { MAX_SHARES, sharesOf } from './traffic.ts'

const DAY_MS = 86_400_000

const Compared = z.object({
  version_id: z.string(),
  version_number: z.int(),
  weight: z.int().describe('0 of the current version when it has no share'),
  share: z.number().describe('Part of the work that goes to it, 0 to 1'),
  current: z.boolean(),
  figures: Figures,
})

export const getTraffic = operation({
  name: 'agent_versions_get_traffic',
  title: 'Compare versions that share work',
  description: 'Show how the work of an agent is shared among versions, with what each did, side by side.',
  input: z.object({
    agent_id: z.string().min(1).max(128),
    days: z.int().min(1).max(90).default(7).describe('Days (UTC) to sum up, today included'),
  }),
  output: z.object({
    agent_id: z.string(),
    since: z.iso.date(),
    versions: z.array(Compared).describe(`Those with a share, at most ${MAX_SHARES}, and the current one`),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/traffic' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, days }) {
    const { orgId } = ctx.actor
    const agent = await requireAgent(ctx, agentId)
    const current = agent.current_version_id
    const weights = new Map((await sharesOf(ctx.db, orgId, agentId)).map((one) => [one.version_id, one.weight]))
    const shared = weights.size > 0
    if (current !== null && !weights.has(current)) weights.set(current, shared ? 0 : 1)
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
    const since = new Date(ctx.now().getTime() - (days - 1) * DAY_MS).toISOString().slice(0, 10)
    const versionIds = [...weights.keys()]
    const figures = await figuresOf(ctx, { agentId, versionIds, since })
    const numbers = await ctx.db
      .selectFrom('agent_version')
      .select(['version_id', 'version_number'])
      .where('org_id', '=', orgId)
      .where('version_id', 'in', versionIds.length > 0 ? versionIds : [''])
      .orderBy('version_number')
      .execute()
    const versions = numbers.flatMap(({ version_id, version_number }) => {
      const weight = weights.get(version_id) ?? 0
      const found = figures.get(version_id)
      const place = { version_id, version_number, weight: shared ? weight : 0, share: weight / total }
      return found ? [{ ...place, current: version_id === current, figures: found }] : []
    })
    return { agent_id: agentId, since, versions }
  },
})
