import { z } from 'zod'
import { eventHub } from '#core/events/index'
import { Security, redactDeep } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Instant } from '../kernel/time.ts'
import { Action, ActionId, actionToWire } from './schema.ts'
import { requireAction } from './store.ts'
import { updateAction } from './update.ts'

const texts = (items: number) => z.array(z.string().max(500)).max(items)

export const ActionPatch = z.object({
  action_id: ActionId,
  status: z.enum(['running', 'completed', 'failed', 'cancelled', 'blocked']).optional(),
  output_summary: z.string().max(4000).optional(),
  side_effects: texts(50).optional(),
  artifacts_created: texts(100).optional(),
  error_message: z.string().max(4000).optional(),
  timestamp_end: Instant.optional(),
  duration_ms: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  cost_estimate: z.number().min(0).optional().describe('USD'),
  tokens_in: z.int().min(0).optional(),
  tokens_out: z.int().min(0).optional(),
  model: z.string().max(128).optional(),
  close_if_running: z.boolean().default(false),
})
export type ActionPatch = z.output<typeof ActionPatch>

export const update = operation({
  name: 'actions_update',
  title: 'Update an action',
  description: 'Add results, tokens and cost to an action, or close it; status applies only while it is running.',
  input: ActionPatch,
  output: z.object({ action: Action, security: Security }),
  scope: 'actions:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'patch', path: '/api/actions/{action_id}' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const { action_id, close_if_running: _, ...fields } = input
    if (Object.values(fields).every((value) => value === undefined)) {
      const names = Object.keys(ActionPatch.shape).filter((name) => name !== 'action_id' && name !== 'close_if_running')
      throw new Fault('invalid_input', 'Validation failed', {
        details: [`(body): name at least one of ${names.join(', ')}`],
      })
    }
    await requireAction(ctx, action_id)
    const row = await updateAction(ctx, input)
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    const { security } = redactDeep(fields)
    return { action: actionToWire(row), security: { ...security, categories: [...security.categories] } }
  },
})
