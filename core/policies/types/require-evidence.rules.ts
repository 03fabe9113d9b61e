import { z } from 'zod'
import { policyKind } from '../kind.ts'
import { ActionTypes, covered, indexTypes, RaisingAction, sharedFields } from './fields.ts'

export const requireEvidence = policyKind({
  type: 'require_evidence',
  schema: z.strictObject({
    action_types: ActionTypes.optional(),
    enforcement: RaisingAction.default('warn'),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  fires(rules, facts) {
    if (facts.intentSource === 'evidence' || !covered(rules.types, facts)) return null
    return {
      path: 'rules.enforcement',
      expected: 'evidence',
      seen: facts.intentSource,
      effect: rules.enforcement,
      message: rules.message ?? 'The action type is only declared; no evidence of the act supports it.',
    }
  },
})
