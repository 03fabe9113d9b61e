import type { ColumnType, Generated } from 'kysely'

/** One agent of an org. Known, so that it may act under closed enrolment, once it was seen or registered. */
export interface AgentTable {
  readonly org_id: string
  readonly agent_id: string
  agent_name: string | null
  description: string | null
  /** Null: it was registered or paused, and never heard of. */
  first_seen_at: Date | null
  /** To the minute: what acts often is not written down each time. */
  last_seen_at: Date | null
  registered_at: Date | null
  registered_by: string | null
  paused_at: Date | null
  paused_by: string | null
  pause_reason: string | null
  current_version_id: string | null
  /** The number of the newest version. */
  version_count: Generated<number>
  fork_count: Generated<number>
  /** The agent that this one was forked from. */
  parent_agent_id: string | null
  /** The first of its family; null of an agent that is no fork. */
  root_agent_id: string | null
  fork_type: 'exact_clone' | 'prompt_mutation' | 'tool_mutation' | null
}

/** The newest heartbeat of an agent. */
export interface AgentPresenceTable {
  readonly org_id: string
  readonly agent_id: string
  status: 'online' | 'offline' | 'idle' | 'busy' | 'stale'
  current_task_id: string | null
  metadata: ColumnType<Record<string, unknown> | null, string | null, string | null>
  last_heartbeat_at: Date
}

/** What an agent says it is connected to, by name. */
export interface AgentConnectionTable {
  readonly org_id: string
  readonly agent_id: string
  readonly name: string
  provider: string
  type: string | null
  status: string
  reported_at: Date
}
