import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { expireOverdue } from './expiry.ts'
import { Assumption, assumptionsOf } from '#core/assumptions/index'
import { Loop, loopsOf } from '#core/loops/index'
import { deliverRelease } from './deliver.ts'
import { asShown } from './held.ts'
import { Action, ActionId, actionToWire } from './schema.ts'
import { requireAction } from './store.ts'

export const get = operation({
  name: 'actions_get',
  title: 'Get an action',
  description: 'Show one action with its assumptions and open loops; also tells whether it was approved.',
  input: z.object({ action_id: ActionId }),
  output: z.object({
    action: Action,
    open_loops: z.array(Loop),
    assumptions: z.array(Assumption),
    message_summary: z.object({
      total: z.int(),
      participants: z.array(z.string()),
      first_message_at: z.string().nullable(),
      last_message_at: z.string().nullable(),
    }),
  }),
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/{action_id}' },
  mcp: 'direct',

  async handler(ctx, input) {
    const found = await requireAction(ctx, input.action_id)
    const row = await deliverRelease(ctx, await expireOverdue(ctx, found))
    const [shown = row] = await asShown(ctx.runtime, ctx.actor.orgId, [row])
    const [open_loops, assumptions] = await Promise.all([
      loopsOf(ctx, row.action_id),
      assumptionsOf(ctx, row.action_id),
    ])
    return {
      action: actionToWire(shown),
      open_loops,
      assumptions,
      // Messages between agents are not part of an action yet; the field keeps its shape for clients that read it.
      message_summary: { total: 0, participants: [], first_message_at: null, last_message_at: null },
    }
  },
})
