import { z } from 'zod'
import { updateAction } from '#core/actions/index'
import { eventHub } from '#core/events/index'
import { snapshots } from '#core/guard/index'
import { redactOutput, redactText } from '#core/scans/index'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { cut } from '../kernel/text.ts'
import { actionOf } from './find-action.ts'
import { isExempt, isOwn } from './own-tools.rules.ts'
import { outcomeOf } from './outcome.rules.ts'
import { replaced } from './replaced.rules.ts'
import { HostAnswer, toolFields } from './schema.ts'

const SUMMARY = 500
const MAX_MS = 30 * 86_400_000

const Ended = z.looseObject({
  ...toolFields,
  tool_response: z.unknown().optional(),
  error: z.unknown().optional(),
  is_interrupt: z.boolean().optional(),
  duration_ms: z.number().min(0).optional().catch(undefined),
})
type Ended = z.output<typeof Ended>

export const record = operation({
  name: 'hosts_record',
  title: 'Record how a tool call ended',
  description:
    'Close the action of a tool call with what the host tells after it: outcome, duration, class of error. Where its output holds secrets, answers in the words of the host with the output without them.',
  input: Ended,
  output: HostAnswer,
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/record' },
  mcp: 'hidden',

  async handler(ctx, event) {
    const answer = await withoutSecrets(ctx, event)
    if (isExempt(event.host, event.tool_name)) return answer
    const action = await actionOf(ctx, event)
    // Nobody asked about this call, and the host goes on whatever is said here.
    if (action !== null) await close(ctx, action.action_id, event)
    return answer
  },
})

/** Another output for the host, when there is something to take out of it; else an empty answer, and the output stays. */
async function withoutSecrets(ctx: Context, event: Ended): Promise<HostAnswer> {
  // A key that Writ itself shows once is meant to be seen.
  if (isOwn(event.host, event.tool_name)) return {}
  const { value, secrets } = redactOutput(event.tool_response ?? event.error)
  if (secrets === 0) return {}
  const { settings } = await ctx.runtime.use(snapshots).current(ctx.actor.orgId)
  if (!settings.redact_tool_output) return {}
  return replaced({ host: event.host, event: event.hook_event_name, output: value, secrets })
}

async function close(ctx: Context, actionId: string, event: Ended): Promise<void> {
  const { failed, errorType, text } = outcomeOf({
    host: event.host,
    event: event.hook_event_name,
    response: event.tool_response,
    error: event.error,
    interrupted: event.is_interrupt === true,
  })
  const words = cut(redactText(cut(text, 50_000)).text, SUMMARY)
  try {
    await updateAction(ctx, {
      action_id: actionId,
      status: failed ? 'failed' : 'completed',
      close_if_running: true,
      ...(failed ? { error_message: `${errorType}: ${words}` } : { output_summary: words }),
      ...(event.duration_ms === undefined ? {} : { duration_ms: Math.min(MAX_MS, Math.round(event.duration_ms)) }),
    })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'conflict') throw thrown
  }
  ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
}
