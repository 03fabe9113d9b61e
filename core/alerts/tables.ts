import type { ColumnType } from 'kysely'
import type { AlertKind, Severity } from './kinds.rules.ts'

/** At most one open row per agent and kind. */
export interface AgentAlertTable {
  readonly org_id: string
  readonly alert_id: string
  /** Empty: the org as a whole. */
  readonly agent_id: string
  readonly kind: AlertKind
  severity: Severity
  message: string
  data: ColumnType<Record<string, unknown>, string, string>
  /** How often it was raised since it opened. */
  count: number
  readonly raised_at: Date
  last_at: Date
  /** When its condition ends unless it is raised again; null: it is held by what the agent does. */
  lapses_at: Date | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  resolved_at: Date | null
  /** 1 or 0, follows from `resolved_at`: the list is ordered by it. */
  readonly is_open: ColumnType<number, never, never>
}

/** Nothing of this kind is raised for the agent until then. */
export interface AlertMuteTable {
  readonly org_id: string
  readonly agent_id: string
  readonly kind: AlertKind
  until: Date
  muted_by: string
}
