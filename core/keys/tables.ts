import type { Role, Scope } from '../kernel/scope.ts'

export interface ApiKeyTable {
  readonly org_id: string
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly scopes: Scope[]
  /** The key of whoever runs the instance; may create orgs. */
  readonly operator: boolean
  /** SHA-256 of the key, hex. The key itself is never stored. */
  readonly key_hash: string
  readonly key_prefix: string
  readonly agent_id: string | null
  readonly created_by: string | null
  readonly created_at: Date
  last_used_at: Date | null
  expires_at: Date | null
  revoked_at: Date | null
  readonly rate_limit_per_minute: number | null
  rotated_to: string | null
  /** Id of the first key of a row of rotations: they all are one principal, whoever has to be told apart. */
  readonly lineage: string
}
