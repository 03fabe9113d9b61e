import { agentOf } from '#core/guard/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'

/** The agent that reports about itself: the one of a bound key, else the one that is named. */
export function speakerOf(ctx: Context, input: { readonly agent_id?: string | undefined }): string {
  const agentId = agentOf(ctx, input)
  if (agentId !== null) return agentId
  throw new Fault('invalid_input', 'Validation failed', {
    details: ['agent_id: is required: name the agent that reports, as this key is bound to none'],
  })
}
