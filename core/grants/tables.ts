import type { ColumnType } from 'kysely'
import type { Scope } from '../kernel/scope.ts'

/** What a person allowed one OAuth client in one org. */
export interface OauthGrantTable {
  readonly org_id: string
  readonly id: string
  readonly account_id: string
  readonly client_id: string
  /** As the client called itself when the person agreed. */
  readonly client_name: string
  /** The agent the client acts as; null for the command line, with which a person acts. */
  readonly agent_id: string | null
  readonly scopes: Scope[]
  /** When the person had last proved a second factor as they agreed. */
  readonly second_factor_at: Date | null
  readonly created_at: Date
  last_used_at: Date | null
  readonly expires_at: Date
  revoked_at: Date | null
  revoked_by: string | null
}

/** One record of the authorization server: a client, code, refresh token, device code, interaction or its own grant. */
export interface OauthRecordTable {
  readonly model: string
  /** SHA-256 of the identifier, hex: for codes and tokens the identifier is the secret. */
  readonly id: string
  payload: ColumnType<Record<string, unknown>, string, string>
  grant_id: string | null
  /** SHA-256 of the code a person types, hex. */
  user_code: string | null
  consumed_at: Date | null
  expires_at: Date
}

/** A key that signs access tokens. At most one is not retired. */
export interface OauthSigningKeyTable {
  readonly kid: string
  /** A public JWK. */
  readonly public_key: ColumnType<Record<string, unknown>, string, never>
  /** A private JWK, encrypted under the instance's secret key. */
  readonly private_key_encrypted: Buffer
  readonly created_at: Date
  retired_at: Date | null
}
