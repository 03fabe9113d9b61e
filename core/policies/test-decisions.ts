import { sql } from 'kysely'
import type { Context } from '#core/kernel/context'
import { newDecisionId } from '#core/kernel/id'
import type { Decision } from './decision.rules.ts'

export interface SampleDecision {
  readonly action_type?: string
  readonly agent_id?: string | null
  readonly decision?: Decision
  readonly risk_score?: number
  readonly target?: string
  readonly request?: object
  readonly observed?: object
  readonly minutesAgo?: number
}

/** Writes recorded decisions for tests of replay and simulation, oldest first; answers their ids. */
export async function recordSamples(ctx: Context, samples: readonly SampleDecision[]): Promise<string[]> {
  const known = await ctx.db
    .selectFrom('guard_decision')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('org_id', '=', ctx.actor.orgId)
    .executeTakeFirstOrThrow()
  const first = 1_000 + known.count
  const rows = samples.map((sample, position) => rowOf(ctx, sample, first + position))
  for (let from = 0; from < rows.length; from += 500) {
    await ctx.db
      .insertInto('guard_decision')
      .values(rows.slice(from, from + 500))
      .execute()
  }
  return rows.map((row) => row.id)
}

function rowOf(ctx: Context, sample: SampleDecision, seq: number) {
  const type = sample.action_type ?? 'apply'
  return {
    org_id: ctx.actor.orgId,
    seq,
    id: newDecisionId(),
    source: 'guard' as const,
    agent_id: sample.agent_id === undefined ? 'a1' : sample.agent_id,
    agent_name: null,
    principal_id: ctx.actor.principalId,
    session_id: null,
    action_type: type,
    declared_action_type: type,
    declared_goal: 'sample',
    target: sample.target ?? null,
    decision: sample.decision ?? 'allow',
    reason: null,
    warnings: '[]',
    matched_policies: '[]',
    risk_score: sample.risk_score ?? 20,
    agent_risk_score: null,
    verification_status: 'unverified',
    replay_status: 'not_applicable',
    act_status: 'not_applicable',
    jti: null,
    act_digest: '00',
    intent_source: 'declared' as const,
    degraded: false,
    policy_revision: 1,
    prior_decision_id: null,
    idempotency_key: null,
    context: JSON.stringify({
      request: sample.request ?? {},
      facts: { keyId: 'key_1', target: sample.target ?? null, writePaths: [] },
      observed: sample.observed ?? {},
    }),
    evidence: 'null',
    created_at: new Date(ctx.now().getTime() - (sample.minutesAgo ?? 10) * 60_000),
  }
}

/** Writes a finished action for each of these decisions. */
export async function recordActions(ctx: Context, decisionIds: readonly string[]): Promise<void> {
  for (const [position, decision] of decisionIds.entries()) {
    const at = new Date(ctx.now().getTime() - (decisionIds.length - position) * 1000)
    await sql`
      insert into action_record (org_id, action_id, agent_id, agent_name, action_type, declared_goal, systems_touched,
        status, reversible, risk_score, confidence, recommendation_applied, side_effects, artifacts_created,
        timestamp_start, verified, request_digest, act_digest, guard_decision_id, budget_reference, created_by,
        outcome_status, created_at, updated_at)
      values (${ctx.actor.orgId}, ${`act_${position}`}, 'a1', 'Agent One', 'apply', ${`goal ${position}`}, '[]',
        'completed', true, 20, 50, false, '[]', '[]', ${at}, false, '', '', ${decision}, ${decision}, 'test',
        'completed', ${at}, ${at})`.execute(ctx.db)
  }
}
