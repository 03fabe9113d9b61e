import type { Selectable } from 'kysely'
import { z } from 'zod'
import { ALERT_KINDS, SEVERITIES } from './kinds.rules.ts'
import type { AgentAlertTable } from './tables.ts'

export const ALERT_STATES = ['open', 'acknowledged', 'resolved'] as const

export const AlertKind = z.enum(ALERT_KINDS)
export const AlertId = z.string().min(1).max(128)

export const Alert = z
  .object({
    alert_id: z.string(),
    agent_id: z.string().nullable().describe('Null: the org as a whole'),
    kind: AlertKind,
    severity: z.enum(SEVERITIES),
    state: z.enum(ALERT_STATES).describe('acknowledged: seen by a person while its condition lasts'),
    message: z.string(),
    count: z.int().describe('How often it was raised since it opened'),
    raised_at: z.iso.datetime(),
    last_at: z.iso.datetime().describe('When it was last raised'),
    acknowledged_at: z.iso.datetime().nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: z.iso.datetime().nullable().describe('When its condition ended'),
    data: z.record(z.string(), z.unknown()).describe('The figures behind the message'),
  })
  .meta({ id: 'Alert' })
export type Alert = z.output<typeof Alert>

export type AlertRow = Selectable<AgentAlertTable>

export function alertToWire(row: AlertRow): Alert {
  return {
    alert_id: row.alert_id,
    agent_id: row.agent_id === '' ? null : row.agent_id,
    kind: row.kind,
    severity: row.severity,
    state: row.resolved_at !== null ? 'resolved' : row.acknowledged_at !== null ? 'acknowledged' : 'open',
    message: row.message,
    count: row.count,
    raised_at: row.raised_at.toISOString(),
    last_at: row.last_at.toISOString(),
    acknowledged_at: row.acknowledged_at?.toISOString() ?? null,
    acknowledged_by: row.acknowledged_by,
    resolved_at: row.resolved_at?.toISOString() ?? null,
    data: row.data,
  }
}
