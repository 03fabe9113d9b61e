import { z } from 'zod'
import { policyKind } from '../kind.ts'
import { agentSubject, keySubject } from '../subject.rules.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'
import { unobserved } from './unobserved.ts'

/** The window is at most a week. Without an agent id the calls of the key count together. */
export const rateLimit = policyKind({
  type: 'rate_limit',
  schema: z.strictObject({
    max_actions: z.number().int().min(1).default(50),
    window_minutes: z.number().int().min(1).max(10_080).default(60),
    per: z.enum(['agent', 'key', 'org']).default('agent'),
    action: Action.default('warn'),
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  needs: (rules, facts, policyId) => ({
    kind: 'rate',
    policyId,
    subject: rules.per === 'org' ? 'org' : rules.per === 'key' ? keySubject(facts) : agentSubject(facts),
    window_seconds: rules.window_minutes * 60,
    max: rules.max_actions,
  }),
  fires(rules, facts, observed) {
    if (!covered(rules.types, facts)) return null
    if (observed?.kind !== 'rate') return unobserved(observed, 'rules.max_actions', rules.action)
    if (observed.used < rules.max_actions) return null
    return {
      path: 'rules.max_actions',
      expected: rules.max_actions,
      seen: observed.used,
      effect: rules.action,
      message:
        rules.message ?? `${observed.used} of ${rules.max_actions} actions used in ${rules.window_minutes} minutes.`,
    }
  },
})
