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
  const rows = samples.map((sample, position) => {
    const type = sample.action_type ?? 'apply'
    return {
      org_id: ctx.actor.orgId,
      seq: 1_000 + Number(known.count) + position,
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
  })
  await ctx.db.insertInto('guard_decision').values(rows).execute()
  return rows.map((row) => row.id)
}
