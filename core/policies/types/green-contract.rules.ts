import { z } from 'zod'
import { valueAtPath } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'

const LEVELS = ['targeted', 'package', 'workspace', 'merge_ready'] as const

export const greenContract = policyKind({
  type: 'green_contract',
  schema: z.strictObject({
    required_level: z.enum(LEVELS),
    action_types: ActionTypes.optional(),
    action: Action.default('block'),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  fires(rules, facts) {
    if (!covered(rules.types, facts)) return null
    const level = valueAtPath(facts.request.intel, 'tests.level')
    const rank = LEVELS.findIndex((known) => known === level)
    if (rank >= LEVELS.indexOf(rules.required_level)) return null
    const seen = rank === -1 ? null : (LEVELS[rank] ?? null)
    return {
      path: 'rules.required_level',
      expected: rules.required_level,
      seen,
      effect: rules.action,
      message:
        rules.message ?? `Tests are green at level "${seen ?? 'unknown'}"; "${rules.required_level}" is required.`,
    }
  },
})
