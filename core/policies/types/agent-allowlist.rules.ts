import { z } from 'zod'
import { foldType, typesOf } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { ActionTypes, ANY_TYPE, RaisingAction, sharedFields } from './fields.ts'

export const agentAllowlist = policyKind({
  type: 'agent_allowlist',
  schema: z.strictObject({
    allowed_action_types: ActionTypes,
    action: RaisingAction.default('warn'),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, allowed: new Set(rules.allowed_action_types.map(foldType)) }),
  fires(rules, facts) {
    if (rules.allowed.has(ANY_TYPE)) return null
    const outside = typesOf(facts).find((type) => !rules.allowed.has(type))
    if (outside === undefined) return null
    return {
      path: 'rules.allowed_action_types',
      expected: rules.allowed_action_types,
      seen: outside,
      effect: rules.action,
      message: rules.message ?? `Action type "${outside}" is not on the agent's allowlist.`,
    }
  },
})
