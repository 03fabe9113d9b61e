import { z } from 'zod'
import { emitEvents, eventHub } from '#core/events/index'
import { redactText, Security, securityOf } from '#core/scans/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { Loop, loopToWire } from './schema.ts'
import { findLoop } from './store.ts'

export const close = operation({
  name: 'loops_close',
  title: 'Close a loop',
  description: 'Resolve or cancel an open loop; of parallel callers one does it.',
  input: z.object({
    loop_id: z.string().min(1).max(128),
    status: z
      .enum(['resolved', 'cancelled', 'completed'])
      .default('resolved')
      .transform((status) => (status === 'completed' ? 'resolved' : status)),
    resolution: z.string().min(1).max(2000).optional().describe('Required to resolve'),
  }),
  output: z.object({ loop: Loop, security: Security }),
  scope: 'loops:write',
  annotations: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
  inputAliases: { id: 'loop_id' },
  rest: { method: 'patch', path: '/api/actions/loops/{loop_id}' },
  mcp: 'direct',
  tool: 'writ_loop_close',

  async handler(ctx, input) {
    const known = await findLoop(ctx, input.loop_id)
    if (input.status === 'resolved' && input.resolution === undefined) {
      throw new Fault('invalid_input', 'Validation failed', { details: ['resolution: is required to resolve a loop'] })
    }
    const resolution = input.resolution === undefined ? undefined : redactText(input.resolution)
    const at = ctx.now()
    const closed = await ctx.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('open_loop')
        .set({
          status: input.status,
          resolution: resolution?.text ?? null,
          resolved_at: at,
        })
        .where('org_id', '=', ctx.actor.orgId)
        .where('loop_id', '=', input.loop_id)
        .where('status', '=', 'open')
        .returningAll()
        .executeTakeFirst()
      if (row)
        await emitEvents(trx, ctx.actor.orgId, at, [
          { name: 'loop.updated', ref: row.loop_id, payload: loopToWire(row) },
        ])
      return row
    })
    if (!closed) {
      const status = known.status === 'open' ? (await findLoop(ctx, input.loop_id)).status : known.status
      throw new Fault('conflict', `Loop is already ${status}`, { data: { status } })
    }
    ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
    return { loop: loopToWire(closed), security: securityOf(...(resolution ? [resolution.security] : [])) }
  },
})
