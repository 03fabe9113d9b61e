import type { Host, OUTCOMES } from './hosts.rules.ts'

/** Tokens of one answer of a model, as the client's transcript has them. Sessions that go on repeat earlier ones. */
export interface HostUsageTable {
  readonly org_id: string
  readonly host: Host
  readonly usage_key: string
  readonly session_id: string
  readonly agent_id: string
  readonly model: string | null
  /** Neither read from a cache nor written to one. */
  readonly tokens_in: number
  readonly tokens_out: number
  readonly cache_read_tokens: number
  readonly cache_write_tokens: number
  /** Null: the model has no known price. */
  readonly cost_micros: number | null
  readonly at: Date
}

/**
 * The last word on one seam: whether a forbidden act was refused by this client on this machine, as a witness saw it; or
 * `changed`, as the start of a session found the install itself, until one finds it whole again.
 */
export interface HostWitnessTable {
  readonly org_id: string
  /** Name of the machine, as it calls itself. */
  readonly machine: string
  readonly host: string
  readonly seam: string
  readonly version: string | null
  readonly outcome: (typeof OUTCOMES)[number]
  detail: string
  seen_at: Date
  seen_by: string
}
