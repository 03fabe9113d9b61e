import { z } from 'zod'
import { Action, ActionId, actionToWire, asShown, requireAction } from '#core/actions/index'
import { operation } from '../kernel/operation.ts'
import { inChat } from './in-chat.ts'
import { standingOf, waitForRuling } from './wait.ts'

export const wait = operation({
  name: 'approvals_wait',
  title: 'Wait for an approval',
  description:
    'Wait until a person decided the action; answers approved, denied, expired or timed_out. Act only when approved.',
  input: z.object({
    action_id: ActionId,
    // Shorter than the minute after which many clients give a call up by themselves.
    timeout_seconds: z
      .number()
      .min(0)
      .max(3600)
      .default(50)
      .describe('After it the answer is timed_out: call again. Longer only if your client waits that long'),
    poll_interval_seconds: z
      .number()
      .min(0)
      .max(3600)
      .optional()
      .describe('Accepted for compatibility; you are woken at once'),
  }),
  output: z.object({
    approved: z.boolean(),
    denied: z.boolean(),
    expired: z.boolean(),
    timed_out: z.boolean(),
    released: z.boolean().describe('True once: this call was handed the approved act. False: somebody else was'),
    denial_reason: z.string().nullable(),
    action: Action,
    waited_seconds: z.number(),
    status_confirmed: z.literal(true),
    next: z.string(),
  }),
  scope: 'actions:read',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'get', path: '/api/actions/{action_id}/wait' },
  mcp: 'direct',
  tool: 'writ_wait_for_approval',
  listOutput: true,
  awaiting: ({ action, timed_out }) => (timed_out ? action.action_id : null),
  inChat,

  async handler(ctx, input) {
    const started = performance.now()
    await requireAction(ctx, input.action_id)
    const row = await waitForRuling(ctx, input.action_id, input.timeout_seconds * 1000)
    const standing = await standingOf(ctx, row)
    const [shown = row] = await asShown(ctx.runtime, ctx.actor.orgId, [row])
    return {
      ...standing,
      action: actionToWire(shown),
      waited_seconds: Math.round((performance.now() - started) / 100) / 10,
      status_confirmed: true as const,
    }
  },
})
