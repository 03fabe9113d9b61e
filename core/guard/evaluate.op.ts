import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { actionCompanions, type ActionDraft } from './action-row.rules.ts'
import { answerOf } from './answer.rules.ts'
import { agentOf } from './facts.ts'
import { requestDigest } from './digest.rules.ts'
import { replayOf } from './idempotency.ts'
import { decideAndRecord, type RecordOptions } from './record.ts'
import { isKeyRaced } from './record.rules.ts'
import { withReceipts } from './receipt.ts'
import { rememberDecision } from './recent.ts'
import { actFields, GuardAnswer, type ActRequest } from './schema.ts'
import type { Context } from '../kernel/context.ts'

export const evaluate = operation({
  name: 'guard_evaluate',
  title: 'Ask before acting',
  description:
    'Ask whether you may do an act, before you do it: allow, warn, require_approval or block, with reasons. Send the act itself as evidence.',
  input: z.object({
    ...actFields,
    record: z.boolean().default(false).describe('Also create the action, so that no second call is needed'),
    include_signals: z.boolean().default(false),
  }),
  output: GuardAnswer,
  scope: 'guard:evaluate',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  inputAliases: { action: 'action_type', intent: 'declared_goal' },
  rest: { method: 'post', path: '/api/guard', hot: true },
  mcp: 'direct',
  tool: 'writ_guard',
  listOutput: true,

  handler(ctx, input) {
    const { record, include_signals: _, ...request } = input
    const options: RecordOptions = {
      source: 'guard',
      count: true,
      consume: true,
      ...(record ? { companions: (decided) => recordedAct(ctx, decided, request) } : {}),
    }
    return request.idempotency_key === undefined
      ? answer(ctx, request, options, record)
      : answerOnce(ctx, { ...request, idempotency_key: request.idempotency_key }, options, record)
  },
})

async function answer(
  ctx: Context,
  request: ActRequest,
  options: RecordOptions,
  record: boolean,
): Promise<GuardAnswer> {
  const { decided, recorded, companions } = await decideAndRecord(ctx, request, options)
  rememberDecision(ctx.runtime, ctx.actor.orgId, decided)
  const result = await withReceipts(ctx, answerOf(decided, request, recorded.seq), request)
  if (!record) return result
  const actionId = companions.action?.['action_id']
  return typeof actionId === 'string'
    ? { ...result, recorded: true, action_id: actionId }
    : { ...result, recorded: false, recorded_error: whyNotRecorded(result, request) }
}

/** Same key and body: the same decision. Of parallel calls one decides, the others answer with its decision. */
async function answerOnce(
  ctx: Context,
  request: ActRequest & { readonly idempotency_key: string },
  options: RecordOptions,
  record: boolean,
): Promise<GuardAnswer> {
  const key = request.idempotency_key
  const agentId = agentOf(ctx, request)
  const digest = requestDigest(ctx.actor.principalId, request)
  for (let round = 0; ; round += 1) {
    const replay = await replayOf(ctx, key, digest, agentId)
    if (replay.kind === 'replay') return replay.answer
    const idempotency = replay.kind === 'new' ? { idempotency: { key, digest } } : {}
    try {
      return await answer(ctx, request, { ...options, ...idempotency }, record)
    } catch (error) {
      if (!isKeyRaced.test(error) || round > 2) throw error
    }
  }
}

type CompanionsOf = NonNullable<RecordOptions['companions']>

function recordedAct(
  ctx: Context,
  decided: Parameters<CompanionsOf>[0],
  request: ActRequest,
): ReturnType<CompanionsOf> {
  if (decided.decision === 'block' || decided.agentId === null || request.declared_goal === undefined) return {}
  const draft: ActionDraft = {
    ...request,
    // The key belongs to the decision; an action made later under the same key is another request.
    idempotency_key: undefined,
    declared_goal: request.declared_goal,
    request_digest: requestDigest(ctx.actor.principalId, request),
    session_id: request.session_id ?? request.harness_session_id,
  }
  return actionCompanions(ctx.actor, decided, draft)
}

function whyNotRecorded(result: GuardAnswer, request: ActRequest): string {
  if (result.decision === 'block') return 'a blocked act is not recorded as an action'
  return `an action needs ${request.declared_goal === undefined ? 'declared_goal' : 'agent_id'}`
}
