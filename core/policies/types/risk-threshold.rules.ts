import { z } from 'zod'
import { riskOf } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'

export const riskThreshold = policyKind({
  type: 'risk_threshold',
  schema: z.strictObject({
    threshold: z.number().min(0).max(100).default(80),
    action: Action.default('block'),
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  ruleAliases: { max_risk_score: 'threshold' },
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types, minRisk: rules.threshold }),
  fires(rules, facts) {
    const risk = riskOf(facts)
    if (risk < rules.threshold || !covered(rules.types, facts)) return null
    return {
      path: 'rules.threshold',
      expected: rules.threshold,
      seen: risk,
      effect: rules.action,
      message: rules.message ?? `Risk ${risk} reaches the threshold ${rules.threshold}.`,
    }
  },
})
