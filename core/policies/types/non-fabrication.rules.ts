import { z } from 'zod'
import { valueAtPath } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { verifyContent } from '../non-fabrication.rules.ts'
import { ActionTypes, covered, HardAction, indexTypes, sharedFields } from './fields.ts'

const FieldPath = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^.]+(\.[^.]+)*$/, { message: 'must be a dotted path of field names' })

export const nonFabrication = policyKind({
  type: 'non_fabrication',
  schema: z.strictObject({
    content_path: FieldPath.default('content'),
    source_path: FieldPath.default('source_of_truth'),
    on_violation: HardAction.default('block'),
    action_types: ActionTypes.optional(),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  fires(rules, facts) {
    if (!covered(rules.types, facts)) return null
    const content = valueAtPath(facts.request, rules.content_path)
    if (content === undefined || content === null || content === '') return null
    const violations = verifyContent(content, valueAtPath(facts.request, rules.source_path))
    if (violations.length === 0) return null
    return {
      path: 'rules.content_path',
      expected: 'every claim is covered by the source of truth',
      seen: violations.map((violation) => violation.kind),
      effect: rules.on_violation,
      violations,
      message: rules.message ?? `The content is not covered by its source: ${violations[0]?.detail ?? ''}`,
    }
  },
})
