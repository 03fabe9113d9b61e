import { z } from 'zod'
import { updateAction } from '#core/actions/index'
import { eventHub } from '#core/events/index'
import { redactText } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { cut } from '../kernel/text.ts'
import { actionOf } from './find-action.ts'
import { isExempt } from './own-tools.rules.ts'
import { outcomeOf } from './outcome.rules.ts'
import { HostAnswer, toolFields } from './schema.ts'

const SUMMARY = 500
const MAX_MS = 30 * 86_400_000

export const record = operation({
  name: 'hosts_record',
  title: 'Record how a tool call ended',
  description: 'Close the action of a tool call with what the host tells after it: outcome, duration, class of error.',
  input: z.looseObject({
    ...toolFields,
    tool_response: z.unknown().optional(),
    error: z.unknown().optional(),
    is_interrupt: z.boolean().optional(),
    duration_ms: z.number().min(0).optional().catch(undefined),
  }),
  output: HostAnswer,
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/hosts/{host}/record' },
  mcp: 'hidden',

  async handler(ctx, event) {
    if (isExempt(event.host, event.tool_name)) return {}
    const action = await actionOf(ctx, event)
    // Nobody asked about this call, and the host goes on whatever is said here.
    if (action === null) return {}
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
        action_id: action.action_id,
        status: failed ? 'failed' : 'completed',
        close_if_running: true,
        ...(failed ? { error_message: `${errorType}: ${words}` } : { output_summary: words }),
        ...(event.duration_ms === undefined ? {} : { duration_ms: Math.min(MAX_MS, Math.round(event.duration_ms)) }),
      })
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'conflict') throw thrown
    }
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return {}
  },
})
