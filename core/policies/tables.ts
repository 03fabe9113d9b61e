import type { ColumnType } from 'kysely'
import type { Mode } from './observe.ts'

type Json<T> = ColumnType<T, string, string>
type JsonObject = Readonly<Record<string, unknown>>

export interface GuardPolicyTable {
  readonly org_id: string
  readonly id: string
  name: string
  readonly policy_type: string
  rules: Json<JsonObject>
  active: boolean
  /** null = every agent. */
  agent_ids: string[] | null
  mode: Mode
  state: 'draft' | 'active'
  revision: number
  readonly created_by: string
  readonly created_at: Date
  updated_at: Date
  readonly idempotency_key: string | null
  /** SHA-256 of the body that came with the idempotency key. */
  readonly request_digest: string | null
}

export type ChangeType = 'created' | 'updated' | 'activated' | 'removed'

export interface PolicyRevisionTable {
  readonly org_id: string
  readonly policy_id: string
  readonly revision: number
  /** The policy as it stood after the change; before it, when it was removed. */
  readonly snapshot: Json<JsonObject>
  readonly change_type: ChangeType
  readonly actor: string
  readonly at: Date
}

/** Bumped in the transaction of every change: whoever compiled revision n knows whether it is still the newest. */
export interface PolicySetTable {
  readonly org_id: string
  revision: number
}
