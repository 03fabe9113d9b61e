import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { isDecisionId } from '../kernel/id.ts'
import { operation } from '../kernel/operation.ts'
import { decisionToWire, DecisionRow } from './wire.ts'

export const getDecision = operation({
  name: 'guard_get_decision',
  title: 'Explain a decision',
  description: 'Show one guard decision with the clauses that fired, the values they saw and the risk breakdown.',
  input: z.object({ decision_id: z.string().max(64) }),
  output: z.object({
    decision: DecisionRow,
    explain: z.array(z.record(z.string(), z.unknown())),
    shadow: z.array(z.record(z.string(), z.unknown())),
    risk_breakdown: z.record(z.string(), z.unknown()),
    observed: z.record(z.string(), z.unknown()),
    request: z
      .record(z.string(), z.unknown())
      .describe('As it was asked, secrets redacted; with the current version of the agent where it named none'),
  }),
  scope: 'guard:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/guard/decisions/{decision_id}' },
  mcp: 'direct',
  tool: 'writ_explain_decision',

  async handler(ctx, input) {
    const row = await ctx.db
      .selectFrom('guard_decision')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .where('id', '=', input.decision_id)
      .executeTakeFirst()
    const hidden = row && ctx.actor.agentId !== null && row.agent_id !== ctx.actor.agentId
    if (!row || hidden) throw new Fault('not_found', isDecisionId(input.decision_id) ? 'Decision not found' : OTHER_ID)
    const { context, org_id: _, idempotency_key: __, ...listed } = row
    return {
      decision: decisionToWire(listed),
      explain: (context['clauses'] ?? []) as Record<string, unknown>[],
      shadow: (context['shadow'] ?? []) as Record<string, unknown>[],
      risk_breakdown: (context['risk_breakdown'] ?? {}) as Record<string, unknown>,
      observed: (context['observed'] ?? {}) as Record<string, unknown>,
      request: (context['request'] ?? {}) as Record<string, unknown>,
    }
  },
})

const OTHER_ID =
  'Decision not found. Ids of decisions begin with act_gd_; an action names its own in guard_decision_id.'
