import type { Grade } from '#core/evidence/index'
import type { Decision } from './decision.rules.ts'
import { objectAt, ownValue, type Facts, type InjectionFacts, type SessionFacts } from './facts.ts'
import type { Observation } from './observe.ts'

/** The columns of a recorded decision that a replay reads. */
export interface RecordedDecision {
  readonly id: string
  readonly seq: number
  readonly agent_id: string | null
  readonly action_type: string
  readonly declared_action_type: string
  readonly decision: Decision
  readonly risk_score: number
  readonly intent_source: 'evidence' | 'declared'
  readonly target: string | null
  readonly prior_decision_id: string | null
  readonly context: unknown
  readonly evidence: unknown
  readonly created_at: Date
}

export const recordedColumns = [
  'id',
  'seq',
  'agent_id',
  'action_type',
  'declared_action_type',
  'decision',
  'risk_score',
  'intent_source',
  'target',
  'prior_decision_id',
  'context',
  'evidence',
  'created_at',
] as const satisfies readonly (keyof RecordedDecision)[]

const textOr = (value: unknown, otherwise: string | null): string | null =>
  typeof value === 'string' ? value : otherwise

/** The facts as they were, but for what was redacted before they were stored. */
export function factsOfDecision(row: RecordedDecision, orgId: string): Facts {
  const kept = objectAt(row.context, 'facts')
  const paths = ownValue(kept, 'writePaths')
  return {
    orgId,
    actionType: row.action_type,
    declaredActionType: row.declared_action_type,
    agentId: row.agent_id,
    keyId: textOr(ownValue(kept, 'keyId'), null),
    risk: row.risk_score,
    evidence: typeof row.evidence === 'object' ? (row.evidence as Grade | null) : null,
    intentSource: row.intent_source,
    target: textOr(ownValue(kept, 'target'), row.target),
    writePaths: Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [],
    request: objectAt(row.context, 'request') ?? {},
    injection: objectAt(kept, 'injection') as InjectionFacts | null,
    session: objectAt(kept, 'session') as SessionFacts | null,
    permissionLevel: textOr(ownValue(kept, 'permissionLevel'), null),
    at: row.created_at,
  }
}

/** What the policies of that time were told. */
export function observedOf(row: RecordedDecision): Map<string, Observation> {
  const observed = objectAt(row.context, 'observed') ?? {}
  return new Map(Object.entries(observed) as [string, Observation][])
}
