import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { PinId, pinToWire, ToolPin } from './schema.ts'

export const remove = operation({
  name: 'tool_pins_remove',
  title: 'Forget a tool definition',
  description: 'Forget one definition of a tool of a wrapped MCP server; it is judged anew when it is seen again.',
  input: z.object({ id: PinId }),
  output: z.object({ pin: ToolPin }),
  scope: 'tools:write',
  annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
  rest: { method: 'delete', path: '/api/tool-pins/{id}' },
  mcp: 'hidden',

  async handler(ctx, { id }) {
    const { orgId } = ctx.actor
    return ctx.db.transaction().execute(async (trx) => {
      const row = await trx
        .deleteFrom('tool_pin')
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      if (!row) throw new Fault('not_found', 'Tool pin not found')
      const { server, tool, digest, state } = row
      const data = { server, tool, digest, state }
      await recordAct(trx, ctx.actor, { event: 'tool_pin.removed', ref: id, at: ctx.now(), data })
      return { pin: pinToWire(row) }
    })
  },
})
