import { z } from 'zod'
import { objectAt, ownValue } from '../facts.ts'
import { policyKind } from '../kind.ts'
import { Action, sharedFields } from './fields.ts'

const RANK = new Map([
  ['readonly', 0],
  ['workspace_write', 1],
  ['danger', 2],
  ['prompt', 3],
  ['allow', 4],
])

export const permissionEscalation = policyKind({
  type: 'permission_escalation',
  schema: z.strictObject({
    enforce: z.boolean().default(false),
    action: Action.default('block'),
    ...sharedFields,
  }),
  prepare: (rules) => rules,
  fires(rules, facts) {
    const asked = ownValue(objectAt(facts.request, 'tool'), 'permission')
    if (!rules.enforce || asked == null) return null
    // An agent that gives no name has no pairing to point at: it gets the lowest level.
    const granted = facts.permissionLevel ?? (facts.agentId === null ? 'readonly' : 'danger')
    const needed = typeof asked === 'string' ? RANK.get(asked) : undefined
    if (needed !== undefined && needed <= (RANK.get(granted) ?? 0)) return null
    const seen = typeof asked === 'string' ? asked : 'not a text'
    return {
      path: 'rules.enforce',
      expected: granted,
      seen,
      effect: rules.action,
      message: rules.message ?? `The tool needs the permission "${seen}"; the agent is paired for "${granted}".`,
    }
  },
})
