export type VerificationStatus = 'verified' | 'unverified' | 'expired' | 'failed' | 'unknown_issuer' | 'exp_too_far'

export type ReplayStatus =
  | 'not_applicable'
  | 'disabled'
  | 'unique'
  | 'replayed'
  | 'not_present'
  | 'unavailable'
  | 'exp_too_far'

export type ActStatus = 'not_applicable' | 'match' | 'mismatch' | 'not_present' | 'unsupported_typ' | 'ctx_incomplete'

/** What a verified token says. */
export interface TokenClaims {
  readonly issuer: string
  /** The agent it is about. */
  readonly subject: string
  readonly agentName: string | null
  /** Null when it has none, or none that can be told apart. */
  readonly jti: string | null
  /** Seconds since 1970. */
  readonly exp: number
  readonly bindings: readonly unknown[]
}

/** What one call proves about the agent that speaks. */
export interface AgentIdentity {
  readonly verification: VerificationStatus
  /** What the proof was; null when the agent is not verified. `credential`: the key or grant is bound to this agent. */
  readonly by: 'token' | 'credential' | 'signature' | null
  /** A token was sent, and the org has issuers that could have made it. */
  readonly presented: boolean
  /** Of a verified token. */
  readonly claims: TokenClaims | null
  readonly signature: 'none' | 'valid' | 'wrong'
}

/** The same once its token, if there is one, was taken for this act. */
export interface ClaimedIdentity extends AgentIdentity {
  readonly replay: ReplayStatus
  /** Tells this token from every other; null when it cannot be told. */
  readonly tokenUse: string | null
}

export const unverified: AgentIdentity = Object.freeze({
  verification: 'unverified',
  by: null,
  presented: false,
  claims: null,
  signature: 'none',
})

export const byCredential: AgentIdentity = Object.freeze({ ...unverified, verification: 'verified', by: 'credential' })
