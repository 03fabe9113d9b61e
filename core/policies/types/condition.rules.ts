import { z } from 'zod'
import { compileCondition, ConditionError } from '../cel.rules.ts'
import { foldType } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'

const Expression = z
  .string()
  .min(1)
  .superRefine((source, issue) => {
    try {
      compileCondition(source)
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error
      issue.addIssue({ code: 'custom', message: error.message })
    }
  })

export const condition = policyKind({
  type: 'condition',
  schema: z.strictObject({
    when: Expression,
    action: Action,
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types), program: compileCondition(rules.when) }),
  keys: ({ types, program }) => ({ actionTypes: types.length > 0 ? types : program.actionTypes.map(foldType) }),
  usesSession: ({ program }) => program.usesSession,
  fires(rules, facts) {
    if (!covered(rules.types, facts)) return null
    const path = 'rules.when'
    try {
      if (!rules.program.holds(facts)) return null
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error'
      const message = `The condition could not be evaluated: ${why}`
      return { path, expected: rules.when, seen: null, effect: 'require_approval', failed: true, message }
    }
    return {
      path,
      expected: rules.when,
      seen: true,
      effect: rules.action,
      message: rules.message ?? `The condition holds: ${rules.when}`,
    }
  },
})
