import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { Alert, AlertId, alertToWire } from './schema.ts'
import { requireAlert } from './store.ts'

export const get = operation({
  name: 'alerts_get',
  title: 'Show an alert',
  description: 'Show one alert with the figures behind it.',
  input: z.object({ alert_id: AlertId }),
  output: z.object({
    alert: Alert,
    muted_until: z.iso.datetime().nullable().describe('Until then nothing of this kind is raised for the agent'),
  }),
  scope: 'alerts:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/alerts/{alert_id}' },
  mcp: 'catalog',

  async handler(ctx, { alert_id: alertId }) {
    const row = await requireAlert(ctx, alertId)
    const mute = await ctx.db
      .selectFrom('alert_mute')
      .select('until')
      .where('org_id', '=', row.org_id)
      .where('agent_id', '=', row.agent_id)
      .where('kind', '=', row.kind)
      .where('until', '>', ctx.now())
      .executeTakeFirst()
    return { alert: alertToWire(row), muted_until: mute?.until.toISOString() ?? null }
  },
})
