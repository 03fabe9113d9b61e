import type { ColumnType, Generated } from 'kysely'

export type EndpointState = 'active' | 'paused' | 'disabled'
export type DeliveryState = 'pending' | 'delivered' | 'failed'

/** One attempt to deliver. */
export interface Try {
  readonly at: string
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  readonly ms: number
  readonly error: string | null
}

export interface WebhookEndpointTable {
  readonly org_id: string
  readonly webhook_id: string
  url: string
  description: string | null
  events: string[]
  /** Whose names and shapes the bodies have. */
  readonly format: 'writ' | 'clawmit'
  state: EndpointState
  state_reason: string | null
  secret_encrypted: Buffer
  /** Signs beside the new one until `previous_until`. */
  previous_secret_encrypted: Buffer | null
  previous_until: Date | null
  /** The last event that was looked at. */
  cursor_seq: number
  /** Failed attempts since the last success. */
  failures: Generated<number>
  failing_since: Date | null
  /** The receiver asked not to be called before this. */
  held_until: Date | null
  readonly created_by: string
  readonly created_at: Date
  updated_at: Date
  readonly idempotency_key: string | null
  readonly request_digest: string | null
}

export interface WebhookMessageTable {
  readonly org_id: string
  /** The same over all tries and replays. */
  readonly delivery_id: string
  readonly webhook_id: string
  /** Of the event; with `part` it makes a delivery the same one, however often it is derived. */
  readonly seq: number
  /** An event that stands for several things is several deliveries. */
  readonly part: number
  readonly event: string
  readonly body: string
  state: DeliveryState
  attempts: Generated<number>
  next_at: Date
  /** Until then one replica is sending it. */
  leased_until: Date | null
  tries: ColumnType<readonly Try[], string | undefined, string>
  readonly created_at: Date
  settled_at: Date | null
}
