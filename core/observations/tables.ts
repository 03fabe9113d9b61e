import type { ColumnType, Generated } from 'kysely'
import type { Need } from '#core/policies/index'

export type BudgetWindow = Extract<Need, { kind: 'budget' }>['window']

/** One row per policy, subject and window length: a ring of 61 sub-buckets of a sixtieth of the window each. */
export interface RateCounterTable {
  readonly org_id: string
  readonly policy_id: string
  readonly subject: string
  readonly window_seconds: number
  /** Number of the newest bucket since the epoch. */
  head: number
  /** Oldest first. */
  counts: number[]
  expires_at: Date
}

/** Money in integer micro-dollars. `used + reserved` is what counts against a limit. */
export interface BudgetUsageTable {
  readonly org_id: string
  readonly policy_id: string
  readonly subject: string
  readonly time_window: BudgetWindow
  /** UTC; the epoch for `total`. */
  readonly window_start: Date
  used_usd_micros: Generated<number>
  used_tokens: Generated<number>
  used_calls: Generated<number>
  reserved_usd_micros: Generated<number>
  reserved_tokens: Generated<number>
  reserved_calls: Generated<number>
}

export type ReservationState = 'reserved' | 'committed' | 'released' | 'lapsed'

export interface BudgetReservationTable {
  readonly org_id: string
  readonly id: string
  /** Id of the decision that asked. */
  readonly reference: string
  readonly policy_id: string
  readonly subject: string
  readonly time_window: BudgetWindow
  readonly window_start: Date
  /** The estimate that is held back. */
  readonly usd_micros: number
  readonly tokens: number
  readonly calls: number
  /** The policy's limits when it was made, to take it again; null = unlimited. */
  readonly limit_usd_micros: number | null
  readonly limit_tokens: number | null
  readonly limit_calls: number | null
  /** Whose telemetry counts against the same limits; null: nobody's. */
  readonly told: ColumnType<object | null, string | null, never>
  /** What was spent in the end; null until committed. */
  actual_usd_micros: number | null
  actual_tokens: number | null
  state: Generated<ReservationState>
  readonly created_at: Date
  expires_at: Date
  settled_at: Date | null
}

export interface WebhookSecretTable {
  readonly org_id: string
  readonly secret_encrypted: Buffer
  readonly created_at: Date
}

/** One row per webhook call; `status` is null when no answer came. */
export interface WebhookDeliveryTable {
  readonly org_id: string
  readonly id: string
  readonly policy_id: string
  readonly at: Date
  readonly status: number | null
  readonly ms: number
  readonly error: string | null
}
