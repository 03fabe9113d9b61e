import type { Context } from '../kernel/context.ts'
import { answerOf } from './answer.rules.ts'
import { claimed, speakerOf } from './identity.ts'
import { decideWithAction, recordedParts } from './recorded.ts'
import type { ActRequest, GuardAnswer } from './schema.ts'

/**
 * Guard for what Writ itself hands out to an agent. An action is made only where a person has to be asked; when they
 * have said yes, the same request is allowed once.
 */
export async function askGuard(ctx: Context, given: ActRequest): Promise<GuardAnswer> {
  const { request, identity, control } = await speakerOf(ctx, given)
  const { decided, recorded, actionId } = await decideWithAction(ctx, request, {
    source: 'guard',
    consume: true,
    identity: await claimed(ctx, identity, {}),
    identityControl: control,
    actionOnlyToAsk: true,
  })
  const answer = answerOf(decided, request, recorded.seq)
  return answer.decision === 'require_approval' ? { ...answer, ...recordedParts(answer, request, actionId) } : answer
}
