import { cut } from '#core/kernel/text'
import { compilePathPatterns, patternProblem } from '#core/evidence/index'
import { z } from 'zod'
import { policyKind } from '../kind.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'

const PathPattern = z
  .string()
  .min(1)
  .max(256)
  .superRefine((pattern, issue) => {
    const problem = patternProblem(pattern)
    if (problem !== null) issue.addIssue({ code: 'custom', message: problem })
  })

export const protectedPath = policyKind({
  type: 'protected_path',
  schema: z.strictObject({
    paths: z.array(PathPattern).min(1).max(200),
    action: Action.default('require_approval'),
    action_types: ActionTypes.optional(),
    /** True = a path that is only the target, as in reading it, does not count. */
    writes_only: z.boolean().default(false),
    ...sharedFields,
  }),
  prepare: (rules) => ({
    ...rules,
    types: indexTypes(rules.action_types),
    protects: compilePathPatterns(rules.paths, { foldCase: true }),
  }),
  keys: (rules) => ({ actionTypes: rules.types, paths: rules.paths }),
  fires(rules, facts) {
    if (!covered(rules.types, facts)) return null
    const target = rules.writes_only || facts.target === null ? [] : [facts.target]
    for (const path of [...target, ...facts.writePaths]) {
      const pattern = rules.protects(path)
      if (pattern === null) continue
      const message = rules.message ?? `The path "${cut(path, 300)}" is protected by "${pattern}".`
      return { path: 'rules.paths', expected: pattern, seen: cut(path, 1024), effect: rules.action, message }
    }
    return null
  },
})
