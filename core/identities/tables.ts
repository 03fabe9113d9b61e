import type { Algorithm } from './public-key.rules.ts'

/** The public key that an agent signs its actions with. */
export interface AgentIdentityTable {
  readonly org_id: string
  readonly agent_id: string
  agent_name: string | null
  /** PEM, SPKI. */
  public_key: string
  algorithm: Algorithm
  /** SHA-256 of the key's SPKI bytes. */
  fingerprint: string
  pairing_id: string | null
  created_by: string
  created_at: Date
}

/** One identity token that was used; it is good for one act. */
export interface IdentityTokenUseTable {
  readonly org_id: string
  /** SHA-256 over issuer and `jti`: both may be long. */
  readonly token: string
  /** Digest of the request it was used for, when that has an idempotency key: its repeats are the same use. */
  readonly request: string | null
  readonly used_at: Date
  /** When the token ends: from then on it is refused anyway and the row may go. */
  readonly at: Date
}
