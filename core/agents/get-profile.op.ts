import { z } from 'zod'
import { driftSummary } from '#core/assumptions/index'
import { operation } from '../kernel/operation.ts'
import { AgentDetail, AgentId, agentToDetail } from './schema.ts'
import { AgentSignal, signalsOf } from './signals.ts'
import { requireAgent } from './store.ts'
import { Trust, trustOf } from './trust.ts'

export const getProfile = operation({
  name: 'agents_get_profile',
  title: 'Profile of an agent',
  description: 'Show an agent with its record of the last 30 days, what is amiss with it now, and its assumptions.',
  input: z.object({ agent_id: AgentId }),
  output: z.object({
    agent: AgentDetail,
    trust: Trust,
    signals: z.array(AgentSignal),
    assumptions_summary: z.object({
      total: z.int(),
      at_risk: z.int().describe('Unchecked for more than 14 days'),
      validated: z.int(),
      invalidated: z.int(),
      unvalidated: z.int(),
    }),
    lastUpdated: z.iso.datetime(),
  }),
  scope: 'agents:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/agents/{agent_id}/profile' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const row = await requireAgent(ctx, input.agent_id)
    const now = ctx.now()
    const agent = agentToDetail(row, now)
    const [trust, signals, assumptions] = await Promise.all([
      trustOf(ctx, input.agent_id, now),
      signalsOf(ctx, row, now),
      driftSummary(ctx, input.agent_id, undefined),
    ])
    return { agent, trust, signals, assumptions_summary: { ...assumptions }, lastUpdated: now.toISOString() }
  },
})
