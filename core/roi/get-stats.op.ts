import { z } from 'zod'
import { AgentId, requireAgent } from '#core/agents/index'
import { operation } from '../kernel/operation.ts'
import { Figures, FiguresOfTask, FiguresOfVersion, Trend } from './schema.ts'
import { daysOf, figuresOf, NO_TASKS, trendOf } from './stats.rules.ts'
import { taskSums } from './store.ts'

export const getStats = operation({
  name: 'roi_get_stats',
  title: 'Get return and cost of an agent',
  description:
    'Show how the tasks of an agent ended, what they cost and what they are worth, beside the period before.',
  input: z.object({
    agent_id: AgentId,
    period: z.enum(['7d', '30d', '90d']).default('30d').describe('Ends today (UTC)'),
  }),
  output: z.object({
    agent_id: z.string(),
    period: z.enum(['7d', '30d', '90d']),
    from: z.iso.date().describe('First day of the period'),
    ...Figures.shape,
    trend: z.object({
      total_tasks: Trend,
      success_rate: Trend,
      cost_per_task: Trend,
      cost_per_outcome: Trend,
      total_cost: Trend,
      net_roi: Trend,
    }),
    by_task: z.array(FiguresOfTask).describe('The 50 that cost most'),
    by_version: z.array(FiguresOfVersion).describe('The 50 that cost most'),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/stats' },
  mcp: 'catalog',

  async handler(ctx, { agent_id: agentId, period }) {
    await requireAgent(ctx, agentId)
    const days = daysOf(period, ctx.now())
    const groups = await taskSums(ctx, agentId, days)
    const whole = (current: boolean) =>
      figuresOf(groups.find((one) => one.kind === 'all' && one.current === current) ?? NO_TASKS)
    const figures = whole(true)
    const parts = (kind: 'task' | 'version') => groups.filter((one) => one.kind === kind)
    return {
      agent_id: agentId,
      period,
      from: days.from,
      ...figures,
      trend: trendOf(figures, whole(false)),
      by_task: parts('task').map((one) => ({ task: one.name, ...figuresOf(one) })),
      by_version: parts('version').map((one) => ({ version_id: one.name || null, ...figuresOf(one) })),
    }
  },
})
