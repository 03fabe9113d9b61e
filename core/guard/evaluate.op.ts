import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { answerOf } from './answer.rules.ts'
import { agentOf } from './facts.ts'
import { requestDigest } from './digest.rules.ts'
import { replayOf } from './idempotency.ts'
import { decideAndRecord, type RecordOptions } from './record.ts'
import { isKeyRaced } from './record.rules.ts'
import { decideWithAction, recordedParts, withAction } from './recorded.ts'
import { claimed, speakerOf, type Speaking } from './identity.ts'
import type { ClaimedIdentity } from '#core/identities/index'
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
  awaiting: ({ decision, recorded, action_id }) => (decision === 'require_approval' && recorded ? action_id : null),

  handler(ctx, input) {
    const { include_signals: _, ...asked } = input
    return answerAs(ctx, asked)
  },
})

type Asked = ActRequest & { readonly record: boolean }

async function answerAs(ctx: Context, given: Asked): Promise<GuardAnswer> {
  const { request, identity, control } = await speakerOf(ctx, given)
  const key = request.idempotency_key
  if (key !== undefined) return answerOnce(ctx, { ...request, idempotency_key: key }, { identity, control })
  const proven = { identity: await claimed(ctx, identity, {}), identityControl: control }
  return answer(ctx, request, proven)
}

async function answer(
  ctx: Context,
  { record, ...request }: Asked,
  more: Pick<RecordOptions, 'idempotency' | 'identity' | 'identityControl'>,
): Promise<GuardAnswer> {
  const options: RecordOptions = { source: 'guard', consume: true, ...more }
  if (record) {
    const { decided, recorded, actionId } = await decideWithAction(ctx, request, options)
    const result = await withReceipts(ctx, answerOf(decided, request, recorded.seq))
    return { ...result, ...recordedParts(result, request, actionId) }
  }
  const { decided, recorded } = await decideAndRecord(ctx, request, options)
  rememberDecision(ctx.runtime, ctx.actor.orgId, decided)
  return withReceipts(ctx, answerOf(decided, request, recorded.seq))
}

/** Same key and body: the same decision. Of parallel calls one decides, the others answer with its decision. */
async function answerOnce(
  ctx: Context,
  asked: Asked & { readonly idempotency_key: string },
  { identity, control }: Pick<Speaking<Asked>, 'identity' | 'control'>,
): Promise<GuardAnswer> {
  const key = asked.idempotency_key
  const agentId = agentOf(ctx, asked)
  const digest = requestDigest(ctx.actor.principalId, asked, identity)
  let proven: ClaimedIdentity | undefined
  for (let round = 0; ; round += 1) {
    const replay = await replayOf(ctx, key, digest, agentId)
    if (replay.kind === 'replay') return asked.record ? withAction(ctx, replay.answer, asked) : replay.answer
    // Only a call that decides uses up its token, and only once.
    proven ??= await claimed(ctx, identity, { request: digest })
    const by = { identity: proven, identityControl: control }
    try {
      return await answer(ctx, asked, replay.kind === 'new' ? { ...by, idempotency: { key, digest } } : by)
    } catch (error) {
      if (!isKeyRaced.test(error) || round > 2) throw error
    }
  }
}
