import type { Algorithm } from '#core/identities/index'

/** An agent's request to be known by a public key. Pending past `expires_at` counts as expired. */
export interface AgentPairingTable {
  readonly org_id: string
  readonly id: string
  readonly agent_id: string
  readonly agent_name: string | null
  /** PEM, SPKI. */
  readonly public_key: string
  readonly algorithm: Algorithm
  readonly fingerprint: string
  status: 'pending' | 'approved'
  readonly created_by: string
  readonly created_at: Date
  readonly expires_at: Date
  approved_by: string | null
  approved_at: Date | null
}
