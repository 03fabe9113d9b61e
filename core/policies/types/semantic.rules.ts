import { cut } from '#core/kernel/text'
import { z } from 'zod'
import { policyKind } from '../kind.ts'
import { ActionTypes, covered, indexTypes, RaisingAction, sharedFields } from './fields.ts'
import { unobserved } from './unobserved.ts'

/** A plain-language rule judged by a model. Without a verdict it asks for approval; it never allows. */
export const semantic = policyKind({
  type: 'semantic',
  schema: z.strictObject({
    instruction: z.string().min(1).max(2000),
    action: RaisingAction,
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  needs: (rules, _facts, policyId) => ({ kind: 'semantic', policyId, instruction: rules.instruction }),
  fires(rules, facts, observed) {
    if (!covered(rules.types, facts)) return null
    if (observed?.kind !== 'semantic') return unobserved(observed, 'rules.instruction', 'require_approval')
    if (!observed.violates) return null
    return {
      path: 'rules.instruction',
      expected: rules.instruction,
      seen: cut(observed.reason, 500),
      effect: rules.action,
      message: rules.message ?? (observed.reason === '' ? 'The act breaks a written rule.' : cut(observed.reason, 500)),
    }
  },
})
