import type { PersonRole } from '../kernel/scope.ts'

export interface MembershipTable {
  readonly org_id: string
  readonly account_id: string
  role: PersonRole
  readonly created_at: Date
  readonly created_by: string
}

export interface InvitationTable {
  readonly org_id: string
  readonly id: string
  /** SHA-256 of the token in the link, hex. */
  readonly token_hash: string
  /** Only this address may accept, when given. */
  readonly email: string | null
  readonly role: PersonRole
  readonly created_by: string
  readonly created_at: Date
  readonly expires_at: Date
  accepted_at: Date | null
  accepted_by: string | null
  revoked_at: Date | null
}
