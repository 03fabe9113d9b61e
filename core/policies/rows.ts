import type { Mode } from './observe.ts'

/** What the engine needs of a stored policy. A policy file or a draft makes the same shape. */
export interface PolicyRow {
  readonly id: string
  readonly name: string
  readonly policy_type: string
  /** Object or JSON text; anything else cannot be enforced. */
  readonly rules: unknown
  readonly active: boolean
  /** null = every agent. */
  readonly agent_ids: readonly string[] | null
  readonly mode?: Mode
  readonly state?: 'draft' | 'active'
}
