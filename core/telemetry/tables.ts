import type { ColumnType } from 'kysely'
import type { EventKind, Outcome } from './schema.ts'

/** One thing that an agent told. Kept for a time; what counts of it stands in the sums. */
export interface AgentEventTable {
  readonly org_id: string
  readonly agent_id: string
  /** Of the sender, where it gave one: the same twice is one event. */
  readonly event_id: string
  readonly kind: EventKind
  /** When it happened, by the sender's clock. */
  readonly at: Date
  readonly received_at: Date
  readonly version_id: string | null
  readonly task_id: string | null
  /** The name of the task, by which outcomes are compared. */
  readonly task: string | null
  readonly outcome: Outcome | null
  readonly tool: string | null
  /** SHA-256 of tool and input: equal for the same call again. */
  readonly act_digest: string | null
  readonly model: string | null
  readonly tokens: number | null
  /** Micro-dollars. */
  readonly cost_micros: number | null
  /** False: tokens without a known price; null: nothing to price. */
  readonly priced: boolean | null
  readonly duration_ms: number | null
  readonly value_micros: number | null
  readonly status: string | null
  readonly message: string | null
  readonly error: string | null
  readonly data: ColumnType<Record<string, unknown> | null, string | null, never>
}

/** The newest word of an agent, and its sums over all time. */
export interface AgentStatTable {
  readonly org_id: string
  readonly agent_id: string
  host: string | null
  reported_status: 'running' | 'stopped' | 'error' | 'idle' | null
  status_at: Date | null
  /** By the sender's clock, never in the future and never backwards. */
  last_event_at: Date
  /** By ours: silence is judged on it. */
  last_received_at: Date
  last_heartbeat_at: Date | null
  events: number
  errors: number
  tokens: number
  cost_micros: number
  /** Events with tokens that have no known price. */
  unpriced: number
  /** When it is looked at next for silence; null while it is stuck. */
  watch_at: Date | null
}

/** Use of models by day (UTC), agent, version and model; empty text for an unknown version or model. */
export interface AgentUsageDayTable {
  readonly org_id: string
  readonly day: string
  readonly agent_id: string
  readonly version_id: string
  readonly model: string
  events: number
  errors: number
  tokens_in: number
  tokens_out: number
  cache_read_tokens: number
  cache_write_tokens: number
  tokens: number
  cost_micros: number
  unpriced: number
}

/** The same of all agents of an org: one row per day (UTC) and model, however many agents there are. */
export interface OrgUsageDayTable {
  readonly org_id: string
  readonly day: string
  readonly model: string
  tokens: number
  cost_micros: number
  unpriced: number
}

/** The part of `agent_usage_day` that events told of actions: those settle their own budgets. Written by a trigger. */
export interface ActionUsageDayTable {
  readonly org_id: string
  readonly day: string
  readonly agent_id: string
  readonly version_id: string
  cost_micros: number
  tokens: number
}

/** Tasks that ended, by day (UTC), agent, version and name. */
export interface AgentTaskDayTable {
  readonly org_id: string
  readonly day: string
  readonly agent_id: string
  readonly version_id: string
  readonly task: string
  successes: number
  failures: number
  partials: number
  cost_micros: number
  duration_ms: number
  value_micros: number
  /** Tasks that came with a value of their own. */
  valued: number
  /** Of those without one: what they are worth is the org's to say. */
  unvalued_successes: number
  unvalued_partials: number
}

/**
 * What drift is measured on, by day (UTC): how often each bucket of a category came, or count, sum and sum of squares
 * of a number (then the bucket is empty).
 */
export interface AgentMeasureDayTable {
  readonly org_id: string
  readonly agent_id: string
  readonly day: string
  /** Empty text where it is not known. */
  readonly version_id: string
  readonly dimension: string
  readonly bucket: string
  n: number
  total: number
  squares: number
}

/** The signal of an emitter whose tokens and costs count, so that those it tells by another are not added again. */
export interface UsageSourceTable {
  readonly org_id: string
  readonly source: string
  signal: 'traces' | 'metrics' | 'logs'
  /** When it last told any. */
  last_at: Date
}
