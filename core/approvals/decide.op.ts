import { z } from 'zod'
import { Action, ActionId, actionToWire } from '#core/actions/index'
import { eventHub } from '#core/events/index'
import { Security, redactText } from '#core/scans/index'
import { operation } from '../kernel/operation.ts'
import { assertMayApprove } from './authority.ts'
import { decideApproval } from './decide.ts'

export const decide = operation({
  name: 'approvals_decide',
  title: 'Approve or deny',
  description: 'Decide a pending approval; the waiting agent is told at once. Only people may: agent keys are refused.',
  input: z.object({
    action_id: ActionId,
    decision: z.enum(['allow', 'deny']),
    reasoning: z
      .string()
      .max(4000)
      .optional()
      .describe('Told to the agent and kept in the ledger; give one when you deny'),
    grant_minutes: z
      .int()
      .min(1)
      .max(43_200)
      .optional()
      .describe('With allow: the same kind of act on the same target is allowed for this long'),
  }),
  output: z.object({
    success: z.literal(true),
    action: Action,
    security: Security,
    grant_policy_id: z.string().nullable(),
  }),
  scope: 'approvals:decide',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: { method: 'post', path: '/api/approvals/{action_id}', aliases: ['/api/actions/{action_id}/approve'] },
  mcp: 'catalog',
  tool: 'writ_decide_approval',

  async handler(ctx, input) {
    await assertMayApprove(ctx, input.action_id)
    const { text, security } = redactText(input.reasoning ?? '')
    const decided = await decideApproval(ctx, {
      actionId: input.action_id,
      allow: input.decision === 'allow',
      reasoning: text === '' ? null : text,
      grantMinutes: input.grant_minutes,
    })
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return {
      success: true as const,
      action: actionToWire(decided.action),
      security: { ...security, categories: [...security.categories] },
      grant_policy_id: decided.grantPolicyId,
    }
  },
})
