import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Runtime } from '../kernel/runtime.ts'
import { DECISIONS } from '#core/policies/index'
import type { GuardDecisionTable } from './tables.ts'

export const DecisionRow = z
  .object({
    id: z.string(),
    seq: z.int(),
    source: z.enum(['guard', 'action']),
    agent_id: z.string().nullable(),
    agent_name: z.string().nullable(),
    agent_version: z.string().nullable().describe('As it was named, else the current one; null where nobody knows'),
    principal_id: z.string(),
    session_id: z.string().nullable(),
    action_type: z.string(),
    declared_action_type: z.string(),
    declared_goal: z.string().nullable(),
    target: z.string().nullable(),
    decision: z.enum(DECISIONS),
    reason: z.string().nullable(),
    warnings: z.array(z.string()),
    matched_policies: z.array(z.string()),
    risk_score: z.int(),
    agent_risk_score: z.int().nullable(),
    verification_status: z.string(),
    replay_status: z.string(),
    act_status: z.string(),
    jti: z.string().nullable(),
    act_hash: z.string(),
    intent_source: z.string(),
    degraded: z.boolean(),
    policy_revision: z.int(),
    prior_decision_id: z.string().nullable(),
    evidence: z.record(z.string(), z.unknown()).nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'GuardDecision' })

export const listedColumns = [
  'id',
  'seq',
  'source',
  'agent_id',
  'agent_name',
  'agent_version',
  'principal_id',
  'session_id',
  'action_type',
  'declared_action_type',
  'declared_goal',
  'target',
  'decision',
  'reason',
  'warnings',
  'matched_policies',
  'risk_score',
  'agent_risk_score',
  'verification_status',
  'replay_status',
  'act_status',
  'jti',
  'act_digest',
  'intent_source',
  'degraded',
  'policy_revision',
  'prior_decision_id',
  'evidence',
  'created_at',
] as const satisfies readonly (keyof GuardDecisionTable)[]

type Listed = Pick<Selectable<GuardDecisionTable>, (typeof listedColumns)[number]>

export function decisionToWire({ act_digest, ...row }: Listed): z.output<typeof DecisionRow> {
  return {
    ...row,
    act_hash: act_digest,
    seq: Number(row.seq),
    policy_revision: Number(row.policy_revision),
    created_at: row.created_at.toISOString(),
  }
}

/** Decisions between two ledger positions, oldest first: what a `guard.decision.created` event stands for. */
export async function loadDecisionsBySeq(runtime: Runtime, orgId: string, from: number, to: number): Promise<object[]> {
  const rows = await runtime.db
    .selectFrom('guard_decision')
    .select(listedColumns)
    .where('org_id', '=', orgId)
    .where('seq', '>=', from)
    .where('seq', '<=', to)
    .orderBy('seq')
    .limit(500)
    .execute()
  return rows.map(decisionToWire)
}
