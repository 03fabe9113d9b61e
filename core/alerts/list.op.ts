import { z } from 'zod'
import { operation } from '../kernel/operation.ts'
import { decodeCursor, pageInput, toPage } from '../kernel/page.ts'
import { SEVERITIES } from './kinds.rules.ts'
import { Alert, ALERT_STATES, AlertKind, alertToWire } from './schema.ts'

export const list = operation({
  name: 'alerts_list',
  title: 'List alerts',
  description: 'List alerts about agents: open ones first, then newest first.',
  input: z.object({
    agent_id: z.string().min(1).max(128).optional(),
    kind: AlertKind.optional(),
    severity: z.enum(SEVERITIES).optional(),
    state: z.enum(ALERT_STATES).optional(),
    ...pageInput({ default: 50, max: 200 }),
  }),
  output: z.object({ alerts: z.array(Alert), next_cursor: z.string().nullable() }),
  scope: 'alerts:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/alerts' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const agentId = ctx.actor.agentId ?? input.agent_id
    let query = ctx.db
      .selectFrom('agent_alert')
      .selectAll()
      .where('org_id', '=', ctx.actor.orgId)
      .orderBy('is_open', 'desc')
      .orderBy('raised_at', 'desc')
      .orderBy('alert_id', 'desc')
      .limit(input.limit + 1)
      .offset(input.offset)
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
    if (input.kind) query = query.where('kind', '=', input.kind)
    if (input.severity) query = query.where('severity', '=', input.severity)
    if (input.state) query = query.where('is_open', '=', input.state === 'resolved' ? 0 : 1)
    if (input.state === 'open') query = query.where('acknowledged_at', 'is', null)
    if (input.state === 'acknowledged') query = query.where('acknowledged_at', 'is not', null)
    if (input.cursor !== undefined) {
      const [open, at, id] = decodeCursor(input.cursor, ['small', 'time', 'text'])
      query = query.where((eb) => eb(eb.refTuple('is_open', 'raised_at', 'alert_id'), '<', eb.tuple(open, at, id)))
    }
    const { rows, nextCursor } = toPage(await query.execute(), input.limit, (row) => [
      row.is_open,
      row.raised_at.toISOString(),
      row.alert_id,
    ])
    return { alerts: rows.map(alertToWire), next_cursor: nextCursor }
  },
})
