export interface AgentTable {
  readonly org_id: string
  readonly agent_id: string
  agent_name: string | null
  readonly first_seen_at: Date
  last_seen_at: Date
  paused_at: Date | null
  paused_by: string | null
  pause_reason: string | null
}
