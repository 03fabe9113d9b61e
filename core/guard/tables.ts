import type { ColumnType, Generated } from 'kysely'
import type { Decision } from '#core/policies/index'

type Json<T> = ColumnType<T, string, string>

export interface GuardDecisionTable {
  readonly org_id: string
  /** Position of the decision's entry in the org's ledger; also the keyset cursor. */
  readonly seq: number
  readonly id: string
  /** `action`: made by creating an action, the authority; `guard`: made by asking beforehand. */
  readonly source: 'guard' | 'action'
  readonly agent_id: string | null
  readonly agent_name: string | null
  /** As the request named it, else the agent's current one; null where nobody knows. */
  readonly agent_version: string | null
  readonly principal_id: string
  readonly session_id: string | null
  readonly action_type: string
  readonly declared_action_type: string
  readonly declared_goal: string | null
  readonly target: string | null
  readonly decision: Decision
  readonly reason: string | null
  readonly warnings: Json<string[]>
  readonly matched_policies: Json<string[]>
  readonly risk_score: number
  readonly agent_risk_score: number | null
  readonly verification_status: string
  readonly replay_status: string
  readonly act_status: string
  readonly jti: string | null
  /** SHA-256 over what the agent means to do; ties guard, action and approval together. */
  readonly act_digest: string
  readonly intent_source: 'evidence' | 'declared'
  readonly degraded: boolean
  readonly policy_revision: number
  readonly prior_decision_id: string | null
  readonly idempotency_key: string | null
  /** What the decision was made from, redacted: request, observations, clauses, risk. Replay reads it. */
  readonly context: Json<Record<string, unknown>>
  readonly evidence: Json<Record<string, unknown> | null>
  readonly created_at: Date
}

export interface GuardRollupHourTable {
  readonly org_id: string
  readonly hour: Date
  readonly decision: Decision
  readonly count: number
}

export interface GuardRollupDayTable {
  readonly org_id: string
  readonly day: Date
  /** Empty when the caller named no agent. */
  readonly agent_id: string
  readonly decision: Decision
  readonly count: number
}

/** The same over all agents of the org, so that a total costs days and not days times agents. */
export type GuardTotalDayTable = Omit<GuardRollupDayTable, 'agent_id'>

export interface GuardSessionTable {
  readonly org_id: string
  readonly session_id: string
  readonly started_at: Date
  readonly last_at: Date
  readonly decisions: number
  readonly warns: number
  readonly approvals: number
  readonly blocks: number
  cost_micros: Generated<number>
  tokens: Generated<number>
  readonly flags: string[]
  readonly action_types: string[]
}

export interface GuardIdempotencyTable {
  readonly org_id: string
  readonly key: string
  readonly digest: string
  readonly decision_id: string
  readonly at: Date
}
