import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { ActionRecordTable } from './tables.ts'

export const ActionId = z.string().min(1).max(128).describe('Id of an action, act_… (not a guard decision id)')

export const statuses = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'pending',
  'pending_approval',
  'blocked',
  'partial',
  'expired',
  'unknown',
] as const
export const outcomeStatuses = ['pending', 'completed', 'partial', 'failed', 'lost_confirmation'] as const

const text = z.string().nullable()
const time = z.iso.datetime().nullable()

export const Action = z
  .object({
    action_id: z.string(),
    id: z.string().describe('Same as action_id'),
    org_id: z.string(),
    agent_id: z.string(),
    agent_name: text,
    agent_version: text.describe('As it was named, else the current one; null where nobody knows'),
    task_id: text,
    swarm_id: text,
    parent_action_id: text,
    session_id: text,
    action_type: z.string(),
    declared_goal: z.string(),
    reasoning: text,
    authorization_scope: text,
    trigger: text,
    systems_touched: z.array(z.string()),
    input_summary: text,
    target: text,
    status: z.enum(statuses),
    reversible: z.boolean(),
    risk_score: z.int(),
    confidence: z.int(),
    recommendation_id: text,
    recommendation_applied: z.boolean(),
    recommendation_override_reason: text,
    output_summary: text,
    side_effects: z.array(z.string()),
    artifacts_created: z.array(z.string()),
    error_message: text,
    timestamp_start: z.iso.datetime(),
    timestamp_end: time,
    duration_ms: z.number().nullable(),
    cost_estimate: z.number().nullable().describe('USD; null when no cost is known'),
    priced: z.boolean().nullable().describe('False: tokens were reported for a model without a price'),
    tokens_in: z.number().nullable(),
    tokens_out: z.number().nullable(),
    model: text,
    signature: text,
    verified: z.boolean().describe('Signed with the key registered for the agent'),
    verification_status: z.string(),
    replay_status: z.string(),
    act_status: z.string(),
    idempotency_key: text,
    guard_decision_id: z.string(),
    act_digest: z.string(),
    approved_by: text.describe(
      'Set only when a person allowed it; empty again when that ended before anybody acted on it',
    ),
    approved_at: time,
    approval_expires_at: time,
    released_at: time.describe('When the approved act was handed to its agent; it is handed out once'),
    created_by: z.string(),
    outcome_status: z.enum(outcomeStatuses),
    outcome_at: time,
    outcome_summary: text,
    outcome_error: text,
    outcome_progress: z.record(z.string(), z.unknown()).nullable(),
    close_source: text,
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Action' })
export type Action = z.output<typeof Action>

export type ActionRow = Selectable<ActionRecordTable>

const iso = (at: Date | null): string | null => at?.toISOString() ?? null
const number = (value: number | null): number | null => (value === null ? null : Number(value))

export function actionToWire(row: ActionRow): Action {
  const { cost_micros, request_digest: _, budget_reference: __, ...rest } = row
  return {
    ...rest,
    id: row.action_id,
    verification_status: row.verification_status ?? 'unverified',
    replay_status: row.replay_status ?? 'not_applicable',
    act_status: row.act_status ?? 'not_applicable',
    timestamp_start: row.timestamp_start.toISOString(),
    timestamp_end: iso(row.timestamp_end),
    duration_ms: number(row.duration_ms),
    cost_estimate: cost_micros === null ? null : Number(cost_micros) / 1e6,
    tokens_in: number(row.tokens_in),
    tokens_out: number(row.tokens_out),
    approved_at: iso(row.approved_at),
    approval_expires_at: iso(row.approval_expires_at),
    released_at: iso(row.released_at),
    outcome_at: iso(row.outcome_at),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
