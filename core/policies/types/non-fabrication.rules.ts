import { hash } from 'node:crypto'
import { z } from 'zod'
import { canonical } from '#core/ledger/index'
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
    const source = valueAtPath(facts.request, rules.source_path)
    const violations = verifyContent(content, source)
    if (violations.length === 0) return null
    return {
      path: 'rules.content_path',
      expected: 'every claim is covered by the source of truth',
      seen: violations.map((violation) => violation.kind),
      effect: rules.on_violation,
      fabrication: { violations, content_sha256: sha256(content), source_sha256: sha256(source ?? null) },
      message: rules.message ?? `The content is not covered by its source: ${violations[0]?.detail ?? ''}`,
    }
  },
})

function sha256(value: unknown): string {
  return hash('sha256', typeof value === 'string' ? value : canonical(value), 'hex')
}
