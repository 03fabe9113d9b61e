import { Security } from '#core/scans/index'
import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { actFields, GuardAnswer } from '#core/guard/index'
import { operation } from '../kernel/operation.ts'
import { Instant } from '../kernel/time.ts'
import { createAction } from './create.ts'
import { Action } from './schema.ts'

const texts = (items: number) => z.array(z.string().max(500)).max(items)

export const ActionInput = z.object({
  ...actFields,
  agent_id: z
    .string()
    .min(1)
    .max(128)
    .describe('The agent that acts; may be left away with a key bound to one')
    .optional(),
  declared_goal: z.string().min(1).max(2000),
  action_id: z
    .string()
    .regex(
      /^(?!act_gd_|(?:assumptions|costs|loops|signals|stats)$)[A-Za-z0-9][\w.:-]*$/,
      'must be letters, digits, _ . : - and neither a guard decision id nor assumptions, costs, loops, signals or stats',
    )
    .max(128)
    .optional(),
  parent_action_id: z.string().max(128).optional(),
  reasoning: z.string().max(4000).optional(),
  authorization_scope: z.string().max(1000).optional(),
  input_summary: z.string().max(4000).optional(),
  status: z
    .enum(['running', 'completed', 'failed', 'cancelled', 'pending', 'pending_approval', 'blocked'])
    .optional()
    .describe('pending_approval asks for a person even when no policy does'),
  reversible: z.boolean().optional(),
  confidence: z.int().min(0).max(100).default(50),
  recommendation_id: z.string().max(128).optional(),
  recommendation_applied: z.boolean().default(false),
  recommendation_override_reason: z.string().max(500).optional(),
  output_summary: z.string().max(4000).optional(),
  side_effects: texts(50).default([]),
  artifacts_created: texts(100).default([]),
  error_message: z.string().max(4000).optional(),
  timestamp_start: Instant.optional(),
  timestamp_end: Instant.optional(),
  duration_ms: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  cost_estimate: z.number().min(0).optional().describe('USD'),
  tokens_in: z.int().min(0).optional(),
  tokens_out: z.int().min(0).optional(),
  model: z.string().max(128).optional(),
  guard_decision_id: z.string().max(64).optional().describe('decision_id of the guard call this act was asked with'),
  _signature: z
    .string()
    .max(8192)
    .optional()
    .describe('Base64, by the key registered for the agent, over the canonical JSON of the rest'),
})
export type ActionInput = z.output<typeof ActionInput>

export const create = operation({
  name: 'actions_create',
  title: 'Record an action',
  description:
    'Create the action you are about to do (or did): the authoritative verdict, an approval request when one is needed, and the record of its outcome.',
  input: ActionInput,
  output: z.object({
    action: Action,
    action_id: z.string(),
    decision: GuardAnswer.optional(),
    security: Security.optional(),
    idempotent_replay: z.boolean().optional(),
    resumed: z.boolean().optional().describe('An identical act was pending or approved already; this is that action'),
  }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  rest: {
    method: 'post',
    path: '/api/actions',
    status: (output) => {
      if (output.idempotent_replay) return 200
      return output.action.status === 'pending_approval' ? 202 : 201
    },
    statuses: [201, 202],
  },
  mcp: 'direct',
  tool: 'writ_record',
  listOutput: true,
  needsSent: true,
  awaiting: ({ action }) => (action.status === 'pending_approval' ? action.action_id : null),

  async handler(ctx, input) {
    const output = await createAction(ctx, input)
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return output
  },
})
