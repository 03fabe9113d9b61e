import { z } from 'zod'
import { Instant } from '#core/kernel/time'
import { policyKind } from '../kind.ts'
import { ActionTypeName, Prefix, sharedFields } from './fields.ts'

export const GRANT_MAX_DAYS = 30

export const GrantRules = z.strictObject({
  action_type: ActionTypeName,
  target_prefix: Prefix.optional(),
  expires_at: Instant,
  max_risk: z.number().min(0).max(100).default(69),
  reason: z.string().max(500).optional(),
  ...sharedFields,
})
export type GrantRules = z.output<typeof GrantRules>

/** Never fires: it may lower a verdict afterwards, see `grants.rules.ts`. */
export const allowGrant = policyKind({
  type: 'allow_grant',
  schema: GrantRules,
  prepare: (rules) => rules,
  fires: () => null,
})
