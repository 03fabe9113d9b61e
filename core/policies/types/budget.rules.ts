import { z } from 'zod'
import type { Facts } from '../facts.ts'
import { policyKind } from '../kind.ts'
import type { BudgetScope, Spend, ToldBy } from '../observe.ts'
import { agentSubject, scopedSubject } from '../subject.rules.ts'
import { ActionTypes, covered, indexTypes, RaisingAction, sharedFields } from './fields.ts'
import { unobserved } from './unobserved.ts'

const MICROS = 1_000_000
const figure = (value: number | undefined): number => (value !== undefined && value > 0 ? value : 0)

/** Dollars in micro-dollars, without what floating point adds: 2.01 × 10⁶ is 2009999.9999999998. */
const micros = (usd: number): number => Number((usd * MICROS).toFixed(3))

function subjectOf(scope: BudgetScope, facts: Facts): string {
  const { request, agentId } = facts
  if (scope === 'org') return 'org'
  if (scope === 'agent') return agentSubject(facts)
  if (scope === 'session') return scopedSubject('session', request.session_id ?? request.harness_session_id, facts)
  if (scope === 'task') return scopedSubject('task', request.task_id, facts)
  const version = request.agent_version
  return scopedSubject(
    'agent_version',
    agentId === null || version === undefined ? null : `${agentId}@${version}`,
    facts,
  )
}

/**
 * Telemetry knows no type of act, so a budget of some types has none; nor has a scope that the request does not name.
 * A budget of calls alone asks for none.
 */
function toldTo(
  rules: { readonly scope: BudgetScope; readonly limits: Partial<Spend>; readonly types: readonly string[] },
  { request, agentId }: Facts,
): ToldBy | null {
  const { usd_micros, tokens } = rules.limits
  if (rules.types.length > 0 || (usd_micros === undefined && tokens === undefined)) return null
  const session = request.session_id ?? request.harness_session_id
  const { task_id: task, agent_version: version } = request
  switch (rules.scope) {
    case 'org':
      return {}
    case 'agent':
      return agentId === null ? null : { agents: [agentId] }
    case 'agent_version':
      return agentId === null || !version ? null : { agents: [agentId], version }
    case 'task':
      return task ? { task } : null
    case 'session':
      return session ? { session } : null
    default:
      return rules.scope satisfies never
  }
}

function limitsOf(rules: { limit_usd?: number; limit_tokens?: number; limit_calls?: number }): Partial<Spend> {
  return {
    ...(rules.limit_usd === undefined ? {} : { usd_micros: Math.floor(micros(rules.limit_usd)) }),
    ...(rules.limit_tokens === undefined ? {} : { tokens: rules.limit_tokens }),
    ...(rules.limit_calls === undefined ? {} : { calls: rules.limit_calls }),
  }
}

/** Limits in USD, tokens and calls per window. The guard reserves the estimate; the outcome settles it. */
export const budget = policyKind({
  type: 'budget',
  schema: z
    .strictObject({
      scope: z.enum(['agent', 'agent_version', 'session', 'task', 'org']),
      window: z.enum(['hour', 'day', 'week', 'month', 'total']),
      limit_usd: z.number().min(0).max(1e9).exactOptional(),
      limit_tokens: z.number().int().min(0).exactOptional(),
      limit_calls: z.number().int().min(0).exactOptional(),
      action_types: ActionTypes.optional(),
      on_exceeded: RaisingAction.default('block'),
      ...sharedFields,
    })
    .refine(
      (rules) => rules.limit_usd !== undefined || rules.limit_tokens !== undefined || rules.limit_calls !== undefined,
      {
        message: 'needs at least one of limit_usd, limit_tokens, limit_calls',
      },
    ),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types), limits: limitsOf(rules) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  needs: (rules, facts, policyId) => ({
    kind: 'budget',
    policyId,
    scope: rules.scope,
    subject: subjectOf(rules.scope, facts),
    window: rules.window,
    limits: rules.limits,
    estimate: {
      usd_micros: Math.ceil(micros(figure(facts.request.estimated_cost_usd))),
      tokens: Math.ceil(figure(facts.request.estimated_tokens)),
      calls: 1,
    },
    told: toldTo(rules, facts),
  }),
  fires(rules, facts, observed) {
    if (!covered(rules.types, facts)) return null
    if (observed?.kind !== 'budget') return unobserved(observed, 'rules.on_exceeded', rules.on_exceeded)
    const over = observed.exceeded[0]
    if (over === undefined) return null
    return {
      path: `rules.limit_${over.metric}`,
      expected: over.limit,
      seen: { used: over.used, requested: over.requested },
      effect: rules.on_exceeded,
      message:
        rules.message ??
        `The ${rules.scope} budget per ${rules.window} is exhausted: ${over.used} of ${over.limit} ${over.metric} used, ${over.requested} more asked for.`,
    }
  },
})
