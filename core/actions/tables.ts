import type { ColumnType } from 'kysely'

type Json<T> = ColumnType<T, string, string>

export type ActionStatus =
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'pending'
  | 'pending_approval'
  | 'blocked'
  | 'partial'
  | 'expired'
  | 'unknown'

export type OutcomeStatus = 'pending' | 'completed' | 'partial' | 'failed' | 'lost_confirmation'

export interface ActionRecordTable {
  readonly org_id: string
  readonly action_id: string
  readonly agent_id: string
  readonly agent_name: string | null
  /** As the request named it, else the agent's current one; null where nobody knows. */
  readonly agent_version: string | null
  readonly task_id: string | null
  readonly swarm_id: string | null
  readonly parent_action_id: string | null
  readonly session_id: string | null
  readonly action_type: string
  readonly declared_goal: string
  readonly reasoning: string | null
  readonly authorization_scope: string | null
  readonly trigger: string | null
  readonly systems_touched: Json<string[]>
  readonly input_summary: string | null
  readonly target: string | null
  /** Where the work stands. */
  status: ActionStatus
  readonly reversible: boolean
  readonly risk_score: number
  readonly confidence: number
  readonly recommendation_id: string | null
  readonly recommendation_applied: boolean
  readonly recommendation_override_reason: string | null
  output_summary: string | null
  side_effects: Json<string[]>
  artifacts_created: Json<string[]>
  error_message: string | null
  readonly timestamp_start: Date
  timestamp_end: Date | null
  duration_ms: number | null
  /** Integer micro-dollars; null when no cost is known. */
  cost_micros: number | null
  /** False when tokens were reported for a model without a price: the cost is unknown, not zero. */
  priced: boolean | null
  tokens_in: number | null
  tokens_out: number | null
  model: string | null
  readonly signature: string | null
  /** True when it was signed with the key registered for its agent. */
  readonly verified: boolean
  /** Null on what was recorded before agents could prove who they are. */
  readonly verification_status: string | null
  readonly replay_status: string | null
  readonly act_status: string | null
  readonly idempotency_key: string | null
  readonly request_digest: string
  readonly act_digest: string
  readonly guard_decision_id: string
  /** The decision whose budget reservation this act settles. */
  readonly budget_reference: string
  /** Set only while a person's yes stands or was acted on: clients read any value as "approved". */
  approved_by: string | null
  approved_at: Date | null
  approval_expires_at: Date | null
  /** When the approved act was handed to its agent, once. */
  released_at: Date | null
  readonly created_by: string
  /** How it ended, written once. */
  outcome_status: OutcomeStatus
  outcome_at: Date | null
  outcome_summary: string | null
  outcome_error: string | null
  outcome_progress: ColumnType<Record<string, unknown> | null, string | null, string | null>
  close_source: string | null
  readonly created_at: Date
  updated_at: Date
}

export interface ActionRollupDayTable {
  readonly org_id: string
  readonly day: Date
  readonly agent_id: string
  total: number
  completed: number
  failed: number
  high_risk: number
  risk_sum: number
  /** Of whole numbers from 0 to 100. */
  risk_squares: number
  cost_micros: number
  tokens_in: number
  tokens_out: number
}

/** What acts cost, by day (UTC) they were created on; empty text where version, model or task is not known. */
export interface ActionCostDayTable {
  readonly org_id: string
  readonly day: Date
  readonly agent_id: string
  readonly agent_version: string
  readonly model: string
  readonly task_id: string
  actions: number
  cost_micros: number
  tokens_in: number
  tokens_out: number
}

/** The same sums over all agents of the org, so that a total costs days and not days times agents. */
export type ActionTotalDayTable = Omit<ActionRollupDayTable, 'agent_id'>
