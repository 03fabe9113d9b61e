import { rankOf, type Decision } from '#core/policies/index'
import { reasonOf, type Decided } from './decide.ts'
import type { ActRequest, GuardAnswer } from './schema.ts'

/** The contract's guard result of one decision. */
export function answerOf(decided: Decided, request: ActRequest, seq: number): GuardAnswer {
  const { gathered, verdict } = decided
  const { facts, injection, secrets } = gathered
  return {
    decision: decided.decision,
    decision_id: decided.id,
    action_id: decided.id,
    reason: reasonOf(decided),
    reasons: [...decided.reasons],
    warnings: [...decided.warnings],
    signals: [...decided.warnings, ...decided.reasons],
    matched_policies: [...decided.matched],
    risk_score: facts.risk,
    agent_risk_score: request.risk_score ?? null,
    risk_breakdown: { ...gathered.breakdown },
    intent_source: facts.intentSource,
    ...(gathered.mismatch ? { derived_action_type: facts.actionType, evidence_mismatch: true } : {}),
    ...(facts.evidence && rankOf(decided.decision) > 0 ? { evidence: evidenceOf(decided) } : {}),
    explain: [...(verdict?.clauses ?? [])],
    ...(verdict && verdict.shadow.length > 0 ? { shadow: verdict.shadow.map((one) => ({ ...one })) } : {}),
    ...statusesOf(decided),
    verified_by: decided.identity.by,
    agent_id: decided.agentId,
    agent_name: request.agent_name ?? null,
    agent_version: facts.request.agent_version ?? null,
    act_digest: decided.digest,
    evaluated_at: facts.at.toISOString(),
    ...(decided.degraded ? { degraded: true, degradation: { ...decided.degraded } } : {}),
    ...(secrets?.detected && decided.decision === 'block' ? { allowed: false as const } : {}),
    ...(secrets?.detected ? { secret_scan: { ...secrets, recommendation: decided.decision } } : {}),
    ...(injection.findings_count > 0 ? { prompt_injection: { ...injection } } : {}),
    ...(verdict && verdict.non_fabrication.length > 0
      ? { non_fabrication: verdict.non_fabrication.map((one) => ({ ...one })) }
      : {}),
    ...recoveryOf(decided.decision),
    ledger: { seq },
  }
}

/** The three axes of identity, as every answer and record tells them. */
export function statusesOf({ identity, actStatus }: Pick<Decided, 'identity' | 'actStatus'>) {
  return {
    verification_status: identity.verification,
    replay_status: identity.replay,
    act_status: actStatus,
  }
}

function evidenceOf(decided: Decided): Record<string, unknown> {
  const grade = decided.gathered.facts.evidence
  return grade ? { danger: grade.danger, total: grade.total, flags: grade.flags, reasons: grade.reasons } : {}
}

/** What the agent can do now. */
export function recoveryOf(decision: Decision): Pick<GuardAnswer, 'recovery' | 'next'> {
  switch (decision) {
    case 'allow':
      return {}
    case 'warn':
      return { next: 'Go on, and tell the person about the warnings.' }
    case 'require_approval':
      return {
        next: 'Do not act yet. Create the action (POST /api/actions or writ_record), wait for its approval, then act once.',
        recovery: {
          suggestion: 'A person has to approve this act.',
          steps: [
            'Create the action with the same action_type, declared_goal, target and act.',
            'Wait with writ_wait_for_approval and the action_id (act_…, not this decision_id).',
            'Act only when approved; report the outcome.',
          ],
        },
      }
    case 'block':
      return {
        next: 'Do not act. Choose another way or ask the person.',
        recovery: {
          suggestion: 'This act is not allowed as it stands.',
          steps: [
            'Read the reasons.',
            'Narrow the act (smaller target, reversible, no production system), then ask again.',
          ],
        },
      }
    default:
      return decision satisfies never
  }
}
