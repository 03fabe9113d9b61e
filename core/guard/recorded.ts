import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { actNow } from './act.ts'
import { actionCompanions } from './action-row.rules.ts'
import type { Decided } from './decide.ts'
import { requestDigest } from './digest.rules.ts'
import { agentOf } from './facts.ts'
import { decideAndRecord, type Companions, type DecidedAndRecorded, type RecordOptions } from './record.ts'
import type { ActRequest, GuardAnswer } from './schema.ts'
import { snapshots } from './snapshot.ts'

export interface DecidedWithAction extends DecidedAndRecorded {
  readonly actionId: string | null
}

/**
 * Guard with `record=true`: the decision and its action in one call. An act that waits for a person already, or that
 * one has allowed, keeps the action it has: nobody is asked twice.
 */
export async function decideWithAction(
  ctx: Context,
  request: ActRequest,
  options: RecordOptions,
  again = true,
): Promise<DecidedWithAction> {
  const pending = await pendingAction(ctx, request)
  const companions = (decided: Decided): Companions => {
    const asks = decided.decision === 'require_approval'
    const has = decided.consumed !== null || (asks && pending !== null)
    return has || (options.actionOnlyToAsk && !asks) ? {} : newAction(ctx, decided, request)
  }
  try {
    const made = await decideAndRecord(ctx, request, { ...options, companions })
    const fresh = made.companions.action?.['action_id']
    const waiting = made.decided.decision === 'require_approval' ? pending : null
    return { ...made, actionId: typeof fresh === 'string' ? fresh : (made.decided.consumed?.actionId ?? waiting) }
  } catch (error) {
    // A parallel call asked the person for this very act first.
    const raced = again && error instanceof Fault && error.code === 'GUARD_AUDIT_PERSIST_FAILED'
    if (raced && pending === null && (await pendingAction(ctx, request))) {
      return decideWithAction(ctx, request, options, false)
    }
    throw error
  }
}

async function pendingAction(ctx: Context, request: ActRequest): Promise<string | null> {
  const agentId = agentOf(ctx, request)
  if (agentId === null || !ctx.runtime.use(snapshots).mayHoldApproval(ctx.actor.orgId)) return null
  const row = await ctx.db
    .selectFrom('approval')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('act_digest', '=', await actNow(ctx, agentId, request))
    .where('agent_id', '=', agentId)
    .where('state', '=', 'pending')
    .where('expires_at', '>', ctx.now())
    .executeTakeFirst()
  return row?.action_id ?? null
}

function newAction(ctx: Context, decided: Decided, request: ActRequest): Companions {
  if (decided.decision === 'block' || decided.agentId === null || request.declared_goal === undefined) return {}
  return actionCompanions(ctx.actor, decided, {
    ...request,
    // The key belongs to the decision; an action made later under the same key is another request.
    idempotency_key: undefined,
    declared_goal: request.declared_goal,
    request_digest: requestDigest(ctx.actor.principalId, request, decided.identity),
    session_id: request.session_id ?? request.harness_session_id,
  })
}

export function recordedParts(
  answer: Pick<GuardAnswer, 'decision'>,
  request: ActRequest,
  actionId: string | null,
): Partial<GuardAnswer> {
  if (actionId !== null) {
    return { recorded: true, action_id: actionId, ...(answer.decision === 'require_approval' ? WAITS : {}) }
  }
  const why =
    answer.decision === 'block'
      ? 'a blocked act is not recorded as an action'
      : `an action needs ${request.declared_goal === undefined ? 'declared_goal' : 'agent_id'}`
  return { recorded: false, recorded_error: why }
}

/** The action is there already, so the agent has only to wait for it. */
const WAITS: Pick<GuardAnswer, 'next' | 'recovery'> = {
  next: 'Do not act yet. Wait for the approval of this action_id, then act once.',
  recovery: {
    suggestion: 'A person has to approve this act; they have been asked.',
    steps: [
      'Wait with writ_wait_for_approval (GET /api/actions/{action_id}/wait) and this action_id.',
      'Act only when approved; report the outcome.',
    ],
  },
}

/** A replayed answer with the action that was made with its decision. */
export async function withAction(ctx: Context, answer: GuardAnswer, request: ActRequest): Promise<GuardAnswer> {
  const row = await ctx.db
    .selectFrom('action_record')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('budget_reference', '=', answer.decision_id)
    .executeTakeFirst()
  return { ...answer, ...recordedParts(answer, request, row?.action_id ?? null) }
}
