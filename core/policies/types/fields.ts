import { z } from 'zod'
import { PolicyCase } from '../case-schema.ts'
import { DECISIONS } from '../decision.rules.ts'
import { foldType, typesOf, type Facts } from '../facts.ts'

export const Action = z.enum(DECISIONS)
export const RaisingAction = z.enum(['warn', 'require_approval', 'block'])
export const HardAction = z.enum(['require_approval', 'block'])

export const ActionTypeName = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => name.trim() !== '', { message: 'must not be blank' })
export const ActionTypes = z.array(ActionTypeName).max(200)
export const SomeActionTypes = ActionTypes.min(1)
export const Prefix = z.string().min(1).max(256)

/** Allowed in the rules of every type. */
export const sharedFields = {
  tests: z.array(PolicyCase).max(200).optional(),
  ungrantable: z.boolean().optional(),
  agent_ids: z.array(z.string().min(1).max(128)).max(500).optional(),
  mode: z.enum(['enforce', 'shadow']).optional(),
  priority: z.number().int().optional(),
  message: z.string().max(500).optional(),
  description: z.string().max(2000).optional(),
} as const

export const ANY_TYPE = '*'

/** Lists as the index wants them: folded; a `*` or an empty list means every type. */
export function indexTypes(actionTypes: readonly string[] | undefined): readonly string[] {
  const folded = (actionTypes ?? []).map(foldType)
  return folded.includes(ANY_TYPE) ? [] : folded
}

/** The first listed type that the request carries, evaluated or declared. */
export function listedType(folded: readonly string[], facts: Facts): string | undefined {
  const types = typesOf(facts)
  return folded.includes(ANY_TYPE) ? types[0] : types.find((type) => folded.includes(type))
}

/** For rules whose list narrows them: an absent or empty list covers everything. */
export function covered(folded: readonly string[], facts: Facts): boolean {
  return folded.length === 0 || listedType(folded, facts) !== undefined
}
