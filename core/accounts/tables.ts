import type { Generated } from 'kysely'

/** A person, known to the whole instance by e-mail. */
export interface AccountTable {
  readonly id: string
  email: string
  /** The address as it is compared: trimmed, lower case. */
  email_key: string
  name: string
  /** argon2id in PHC form; null for a person who signs in with an OpenID Connect provider only. */
  password_hash: string | null
  /** Runs the instance; may create orgs. */
  readonly operator: Generated<boolean>
  /** Encrypted under the instance's secret key. */
  totp_secret: Buffer | null
  totp_confirmed_at: Date | null
  /** Time step of the last code accepted: no code counts twice. */
  totp_last_step: number | null
  readonly created_at: Date
  disabled_at: Date | null
}

export interface AccountRecoveryCodeTable {
  readonly account_id: string
  readonly code_hash: string
  used_at: Date | null
}

export interface AccountSessionTable {
  readonly id: string
  /** SHA-256 of the cookie's value, hex. */
  readonly token_hash: string
  readonly account_id: string
  /** The org this session looks at. */
  readonly member_of: string
  readonly created_at: Date
  last_seen_at: Date
  readonly expires_at: Date
  readonly second_factor_at: Date | null
  readonly address: string | null
  readonly user_agent: string | null
  revoked_at: Date | null
}

/** A link that works once: to set up the instance, or to choose a new password. */
export interface AccountLinkTable {
  readonly token_hash: string
  readonly purpose: 'setup' | 'reset'
  readonly account_id: string | null
  readonly created_at: Date
  readonly expires_at: Date
  used_at: Date | null
}

export interface SsoIdentityTable {
  readonly issuer: string
  readonly subject: string
  readonly account_id: string
  readonly created_at: Date
}

/** Failed sign-ins by e-mail (hashed) and by address, whether or not there is such an account. */
export interface SignInAttemptTable {
  readonly key: string
  failures: number
  window_start: Date
}
