import type { Actor } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'
import { redactText } from '#core/scans/index'
import type { Decision } from '#core/policies/index'
import { statusesOf } from './answer.rules.ts'
import { reasonOf, type Decided } from './decide.ts'
import type { Companions } from './record.ts'
import type { Row } from './record.rules.ts'

/** What an action has beyond the act itself; wire names. */
export interface ActionDraft {
  readonly action_id?: string | undefined
  readonly agent_name?: string | undefined
  readonly swarm_id?: string | undefined
  readonly parent_action_id?: string | undefined
  readonly session_id?: string | undefined
  readonly reasoning?: string | undefined
  readonly authorization_scope?: string | undefined
  readonly trigger?: string | undefined
  readonly systems_touched?: readonly string[] | undefined
  readonly input_summary?: string | undefined
  /** Asked for by the caller; a verdict of approval or block overrides it. */
  readonly status?:
    | 'running'
    | 'completed'
    | 'failed'
    | 'cancelled'
    | 'pending'
    | 'pending_approval'
    | 'blocked'
    | undefined
  readonly reversible?: boolean | undefined
  readonly confidence?: number | undefined
  readonly recommendation_id?: string | undefined
  readonly recommendation_applied?: boolean | undefined
  readonly recommendation_override_reason?: string | undefined
  readonly output_summary?: string | undefined
  readonly side_effects?: readonly string[] | undefined
  readonly artifacts_created?: readonly string[] | undefined
  readonly error_message?: string | undefined
  readonly timestamp_start?: string | undefined
  readonly timestamp_end?: string | undefined
  readonly duration_ms?: number | undefined
  readonly cost_micros?: number | null | undefined
  readonly priced?: boolean | null | undefined
  readonly tokens_in?: number | undefined
  readonly tokens_out?: number | undefined
  readonly model?: string | undefined
  readonly signature?: string | undefined
  readonly idempotency_key?: string | undefined
  readonly declared_goal: string
  readonly approval_wait_seconds?: number | undefined
  readonly request_digest: string
  readonly budget_reference?: string | undefined
}

const outcomeOfStatus: Readonly<Record<string, string>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
  blocked: 'failed',
}

/** The action, its approval when one is needed, their ledger entries and events: written with the decision. */
export function actionCompanions(actor: Actor, decided: Decided, draft: ActionDraft): Companions {
  const actionId = draft.action_id ?? newId('act')
  const status = statusOf(decided.decision, draft.status)
  const at = decided.gathered.facts.at
  const expires = status === 'pending_approval' ? expiryOf(decided, draft, at) : null
  const action = actionRow(actor, decided, draft, { actionId, status, at, expires })
  const approvalId = newId('apr')
  const data = {
    action_id: actionId,
    status,
    decision_id: decided.id,
    act_digest: decided.digest,
    agent: decided.agentId,
    by: actor.principalId,
  }
  return {
    action,
    events: [{ name: 'action.created', ref: actionId, payload: {} }],
    entries: [
      { kind: 'action', ref: actionId, at, data },
      ...(expires
        ? [
            {
              kind: 'approval' as const,
              ref: actionId,
              at,
              data: { ...data, approval_id: approvalId, state: 'pending', expires_at: expires.toISOString() },
            },
          ]
        : []),
    ],
    ...(expires ? { approval: approvalRow(actor, decided, { approvalId, actionId, at, expires }) } : {}),
  }
}

function statusOf(decision: Decision, asked: ActionDraft['status']): string {
  if (decision === 'block') return 'blocked'
  if (decision === 'require_approval') return 'pending_approval'
  return asked ?? 'running'
}

function expiryOf(decided: Decided, draft: ActionDraft, at: Date): Date {
  const { settings } = decided.snapshot
  const seconds =
    draft.approval_wait_seconds === undefined
      ? settings.approval_default_hours * 3600
      : draft.approval_wait_seconds + settings.approval_grace_minutes * 60
  return new Date(at.getTime() + seconds * 1000)
}

interface Standing {
  readonly actionId: string
  readonly status: string
  readonly at: Date
  readonly expires: Date | null
}

/** Wire fields without a value are null in the row. */
function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null
}

function actionRow(actor: Actor, decided: Decided, draft: ActionDraft, standing: Standing): Row {
  const { facts } = decided.gathered
  return {
    org_id: actor.orgId,
    action_id: standing.actionId,
    agent_id: decided.agentId,
    ...describedFields(draft),
    agent_version: clean(facts.request.agent_version),
    task_id: clean(facts.request.task_id),
    action_type: facts.declaredActionType,
    target: clean(facts.target),
    risk_score: facts.risk,
    ...resultFields(draft),
    ...standingFields(decided, draft, standing),
    verified: decided.identity.signature === 'valid',
    ...statusesOf(decided),
    request_digest: draft.request_digest,
    act_digest: decided.digest,
    guard_decision_id: decided.id,
    budget_reference: draft.budget_reference ?? decided.id,
    created_by: actor.principalId,
    created_at: standing.at,
    updated_at: standing.at,
  }
}

/** What the agent says about the act. */
function describedFields(draft: ActionDraft): Row {
  return {
    agent_name: clean(draft.agent_name),
    swarm_id: clean(draft.swarm_id),
    parent_action_id: orNull(draft.parent_action_id),
    session_id: clean(draft.session_id),
    declared_goal: clean(draft.declared_goal),
    reasoning: clean(draft.reasoning),
    authorization_scope: clean(draft.authorization_scope),
    trigger: clean(draft.trigger),
    systems_touched: (draft.systems_touched ?? []).map(clean),
    input_summary: clean(draft.input_summary),
    reversible: draft.reversible ?? true,
    confidence: draft.confidence ?? 50,
    recommendation_id: clean(draft.recommendation_id),
    recommendation_applied: draft.recommendation_applied ?? false,
    recommendation_override_reason: clean(draft.recommendation_override_reason),
    signature: orNull(draft.signature),
    idempotency_key: orNull(draft.idempotency_key),
  }
}

/** What came of it so far: for acts that are recorded afterwards. */
function resultFields(draft: ActionDraft): Row {
  return {
    output_summary: clean(draft.output_summary),
    side_effects: (draft.side_effects ?? []).map(clean),
    artifacts_created: (draft.artifacts_created ?? []).map(clean),
    duration_ms: orNull(draft.duration_ms),
    cost_micros: orNull(draft.cost_micros),
    priced: orNull(draft.priced),
    tokens_in: orNull(draft.tokens_in),
    tokens_out: orNull(draft.tokens_out),
    model: clean(draft.model),
  }
}

/** Both state columns, and what hangs on them. */
function standingFields(decided: Decided, draft: ActionDraft, { status, at, expires }: Standing): Row {
  const outcome = outcomeOfStatus[status] ?? 'pending'
  const closed = outcome !== 'pending'
  return {
    status,
    error_message:
      status === 'blocked' ? (reasonOf(decided) ?? clean(draft.error_message)) : clean(draft.error_message),
    timestamp_start: draft.timestamp_start ?? at,
    timestamp_end: draft.timestamp_end ?? (closed ? at : null),
    approved_by: null,
    approved_at: null,
    approval_expires_at: expires,
    released_at: null,
    outcome_status: outcome,
    outcome_at: closed ? at : null,
    outcome_summary: closed ? clean(draft.output_summary) : null,
    outcome_error: outcome === 'failed' ? clean(draft.error_message) : null,
    outcome_progress: null,
    close_source: closed ? 'create' : null,
  }
}

function approvalRow(
  actor: Actor,
  decided: Decided,
  { approvalId, actionId, at, expires }: { approvalId: string; actionId: string; at: Date; expires: Date },
): Row {
  return {
    org_id: actor.orgId,
    id: approvalId,
    action_id: actionId,
    decision_id: decided.id,
    state: 'pending',
    act_digest: decided.digest,
    policy_revision: decided.snapshot.control,
    risk_score: decided.gathered.facts.risk,
    matched_policies: decided.matched,
    agent_id: decided.agentId,
    requested_by: actor.principalId,
    created_at: at,
    expires_at: expires,
    decided_by: null,
    decided_at: null,
    reasoning: null,
    grant_policy_id: null,
    released_at: null,
    released_to: null,
  }
}

function clean(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : redactText(text).text
}
