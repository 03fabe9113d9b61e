import { z } from 'zod'
import { recordAct } from '#core/activity/index'
import { Fault } from '../kernel/errors.ts'
import { operation } from '../kernel/operation.ts'
import { PinId, pinToWire, ToolPin } from './schema.ts'

export const approve = operation({
  name: 'tool_pins_approve',
  title: 'Approve a quarantined tool',
  description: 'Trust one definition of a tool of a wrapped MCP server, so that agents see and may call it.',
  input: z.object({ id: PinId }),
  output: z.object({ pin: ToolPin }),
  scope: 'tools:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/tool-pins/{id}/approve' },
  mcp: 'hidden',

  async handler(ctx, { id }) {
    const { orgId, principalId } = ctx.actor
    const at = ctx.now()
    return ctx.db.transaction().execute(async (trx) => {
      const approved = await trx
        .updateTable('tool_pin')
        .set({ state: 'pinned', approved_at: at, approved_by: principalId })
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .where('state', '=', 'quarantined')
        .returningAll()
        .executeTakeFirst()
      if (approved) {
        const { server, tool, digest } = approved
        const reasons = approved.reasons.map(({ kind }) => kind)
        const data = { server, tool, digest, reasons }
        await recordAct(trx, ctx.actor, { event: 'tool_pin.approved', ref: id, at, data })
        return { pin: pinToWire(approved) }
      }
      const row = await trx
        .selectFrom('tool_pin')
        .selectAll()
        .where('org_id', '=', orgId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw new Fault('not_found', 'Tool pin not found')
      return { pin: pinToWire(row) }
    })
  },
})
