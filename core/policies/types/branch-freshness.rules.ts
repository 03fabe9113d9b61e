import { z } from 'zod'
import { objectAt, ownValue } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { Action, ActionTypes, covered, indexTypes, sharedFields } from './fields.ts'

export const branchFreshness = policyKind({
  type: 'branch_freshness',
  schema: z.strictObject({
    freshness: z
      .array(z.enum(['stale', 'diverged']))
      .min(1)
      .default(['stale', 'diverged']),
    max_commits_behind: z.number().int().min(0).default(0),
    action_types: ActionTypes.optional(),
    action: Action.default('block'),
    ...sharedFields,
  }),
  prepare: (rules) => ({ ...rules, types: indexTypes(rules.action_types) }),
  keys: (rules) => ({ actionTypes: rules.types }),
  fires(rules, facts) {
    if (!covered(rules.types, facts)) return null
    const branch = objectAt(facts.request.intel, 'branch')
    const expected = { freshness: rules.freshness, max_commits_behind: rules.max_commits_behind }
    const path = 'rules.freshness'
    if (branch === null) {
      const message = 'The request says nothing about its branch, so its freshness was not judged.'
      return { path, expected, seen: null, effect: 'allow', message }
    }
    const state = ownValue(branch, 'freshness')
    const behind = ownValue(branch, 'commits_behind')
    if (state === 'fresh' || ((state === 'stale' || state === 'diverged') && !rules.freshness.includes(state)))
      return null
    // A branch report that cannot be read counts as too far behind.
    if (typeof state === 'string' && typeof behind === 'number' && behind <= rules.max_commits_behind) return null
    const seen = {
      freshness: typeof state === 'string' ? state : null,
      commits_behind: typeof behind === 'number' ? behind : null,
    }
    const message = `The branch is ${seen.freshness ?? 'in an unknown state'}, ${seen.commits_behind ?? 'an unknown number of'} commits behind.`
    return { path, expected, seen, effect: rules.action, message: rules.message ?? message }
  },
})
