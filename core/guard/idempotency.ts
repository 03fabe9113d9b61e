import { deleteBefore } from '../db/index.ts'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { recoveryOf } from './answer.rules.ts'
import { ENROLMENT, isStopped } from './decide.ts'
import type { GuardAnswer } from './schema.ts'
import { snapshots } from './snapshot.ts'

const WINDOW_MS = 10 * 60_000

export type Replay =
  | { readonly kind: 'new' }
  | { readonly kind: 'replay'; readonly answer: GuardAnswer }
  /** What stops the org or the agent has changed since: that overrides the earlier decision. */
  | { readonly kind: 'stopped' }

/** What an idempotency key stands for: the decision it was first used for within ten minutes, if any. */
export async function replayOf(ctx: Context, key: string, digest: string, agentId: string | null): Promise<Replay> {
  const used = await ctx.db
    .selectFrom('guard_idempotency')
    .select(['digest', 'decision_id'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('key', '=', key)
    .where('at', '>=', new Date(ctx.now().getTime() - WINDOW_MS))
    .executeTakeFirst()
  if (!used) return { kind: 'new' }
  if (used.digest !== digest) {
    const message = 'This idempotency_key was used for another request within the last ten minutes. Use a new key.'
    throw new Fault('IDEMPOTENCY_KEY_REUSED', message, { data: { decision_id: used.decision_id } })
  }
  const snapshot = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  if (isStopped(snapshot, agentId)) return { kind: 'stopped' }
  // Enrolment was closed since. An agent with a decision was seen before; one that named none was not.
  if (agentId === null && snapshot.settings.agent_enrolment === 'closed') return { kind: 'stopped' }
  const answer = await storedAnswer(ctx, used.decision_id)
  // Registering is what this agent was told to do about it.
  if (answer?.matched_policies.includes(ENROLMENT)) return { kind: 'stopped' }
  return answer ? { kind: 'replay', answer: { ...answer, idempotent_replay: true } } : { kind: 'new' }
}

/** The answer of a recorded decision, as far as the record holds it. */
export async function storedAnswer(ctx: Context, decisionId: string): Promise<GuardAnswer | null> {
  const row = await ctx.db
    .selectFrom('guard_decision')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('id', '=', decisionId)
    .executeTakeFirst()
  if (!row) return null
  const reasons = (row.context['reasons'] ?? []) as string[]
  return {
    decision: row.decision,
    decision_id: row.id,
    action_id: row.id,
    reason: row.reason,
    reasons,
    warnings: row.warnings,
    signals: [...row.warnings, ...reasons],
    matched_policies: row.matched_policies,
    risk_score: row.risk_score,
    agent_risk_score: row.agent_risk_score,
    risk_breakdown: (row.context['risk_breakdown'] ?? {}) as Record<string, unknown>,
    intent_source: row.intent_source,
    explain: (row.context['clauses'] ?? []) as GuardAnswer['explain'],
    verification_status: row.verification_status,
    verified_by: verifiedBy(row.context['identity']),
    replay_status: row.replay_status,
    act_status: row.act_status,
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    agent_version: row.agent_version,
    act_digest: row.act_digest,
    evaluated_at: row.created_at.toISOString(),
    ledger: { seq: Number(row.seq) },
    ...(row.degraded ? { degraded: true } : {}),
    ...recoveryOf(row.decision),
  }
}

function verifiedBy(proof: unknown): string | null {
  const by = (proof as { verified_by?: unknown } | undefined)?.verified_by
  return typeof by === 'string' ? by : null
}

/** Forgets idempotency keys whose window is over. */
export async function sweepIdempotency(runtime: Runtime): Promise<void> {
  await deleteBefore(runtime.db, 'guard_idempotency', new Date(runtime.now().getTime() - 2 * WINDOW_MS))
}
