import { z } from 'zod'
import type { Decision } from '../decision.rules.ts'
import { policyKind, type PolicyKind } from '../kind.ts'
import { startsWithPrefix } from '../prefix.rules.ts'
import { indexTypes, listedType, Prefix, sharedFields, SomeActionTypes } from './fields.ts'

/** Three types of the contract differ in nothing but their effect. */
function byActionType(type: string, effect: Decision, verb: string): PolicyKind {
  return policyKind({
    type,
    schema: z.strictObject({
      action_types: SomeActionTypes,
      target_prefix: Prefix.optional(),
      // The contract has it in every type; here it can only repeat what the type does.
      action: z.literal(effect, { error: `is always ${effect} for ${type}` }).optional(),
      ...sharedFields,
    }),
    prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
    keys: (rules) => ({ actionTypes: rules.types }),
    fires(rules, facts) {
      const seen = rules.types.length === 0 ? facts.actionType : listedType(rules.types, facts)
      if (seen === undefined) return null
      const prefix = rules.target_prefix
      const reached = [facts.target, facts.evidence?.target ?? null, ...facts.writePaths]
      if (prefix !== undefined && !reached.some((path) => startsWithPrefix(path, prefix))) return null
      return {
        path: 'rules.action_types',
        expected: rules.action_types,
        seen,
        effect,
        message: rules.message ?? `Action type "${seen}" ${verb}.`,
      }
    },
  })
}

export const requireApproval = byActionType('require_approval', 'require_approval', 'needs an approval')
export const blockActionType = byActionType('block_action_type', 'block', 'is blocked')
export const warnActionType = byActionType('warn_action_type', 'warn', 'is watched')
