/** The days an agent is compared with. */
export interface DriftBaselineTable {
  readonly org_id: string
  readonly agent_id: string
  first_day: string
  last_day: string
  /** Only what this version did; null: whatever the agent did. */
  version_id: string | null
  /** Somebody chose it; otherwise it is the agent's first days. */
  pinned: boolean
  taken_at: Date
  taken_by: string
  /** When alerts were last looked at. */
  evaluated_at: Date | null
}

/** One dimension that moved away from the baseline, until it is back. */
export interface DriftAlertTable {
  readonly org_id: string
  readonly agent_id: string
  readonly dimension: string
  readonly opened_at: Date
  severity: 'warning' | 'critical'
  distance: number
  explanation: string
  resolved_at: Date | null
}
