import type { ColumnType } from 'kysely'

type Json<T> = ColumnType<T, string, never>

/** What an agent was made of at one time. Never changed, but for its tags. */
export interface AgentVersionTable {
  readonly org_id: string
  readonly version_id: string
  readonly agent_id: string
  /** From 1, without a gap. */
  readonly version_number: number
  /** The version it was made from; of another agent where that agent was forked. */
  readonly parent_version_id: string | null
  readonly origin: 'created' | 'changed' | 'rolled_back' | 'forked'
  readonly prompt: string
  readonly tools: Json<readonly Record<string, unknown>[]>
  readonly config: Json<Record<string, unknown>>
  /** SHA-256 of the canonical JSON of prompt, tools and config, in hex. */
  readonly content_digest: string
  readonly commit_message: string | null
  tags: string[]
  readonly created_by: string
  readonly created_by_name: string
  readonly created_at: Date
  readonly idempotency_key: string | null
  readonly request_digest: string | null
}

/** A version that takes a share of an agent's work. Without rows the current version has all of it. */
export interface AgentTrafficTable {
  readonly org_id: string
  readonly agent_id: string
  readonly version_id: string
  readonly weight: number
}
