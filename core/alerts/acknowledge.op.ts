import { z } from 'zod'
import { emitEvents, eventHub } from '#core/events/index'
import { transact } from '../db/transact.ts'
import { operation } from '../kernel/operation.ts'
import { Alert, AlertId, alertToWire } from './schema.ts'
import { requireAlert } from './store.ts'

export const acknowledge = operation({
  name: 'alerts_acknowledge',
  title: 'Acknowledge an alert',
  description: 'Say that somebody looks after an alert; the first one who does is named, repeating it changes nothing.',
  input: z.object({ alert_id: AlertId }),
  output: z.object({ alert: Alert }),
  scope: 'alerts:write',
  annotations: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'post', path: '/api/alerts/{alert_id}/acknowledge' },
  mcp: 'catalog',

  async handler(ctx, { alert_id: alertId }) {
    await requireAlert(ctx, alertId)
    const { orgId, principalName } = ctx.actor
    const at = ctx.now()
    const changed = await transact(ctx.db, async (trx) => {
      const row = await trx
        .updateTable('agent_alert')
        .set({ acknowledged_at: at, acknowledged_by: principalName })
        .where('org_id', '=', orgId)
        .where('alert_id', '=', alertId)
        .where('acknowledged_at', 'is', null)
        .returningAll()
        .executeTakeFirst()
      if (row)
        await emitEvents(trx, orgId, at, [{ name: 'alert.acknowledged', ref: alertId, payload: alertToWire(row) }])
      return row
    })
    if (!changed) return { alert: alertToWire(await requireAlert(ctx, alertId)) }
    ctx.runtime.use(eventHub).nudge(orgId)
    return { alert: alertToWire(changed) }
  },
})
