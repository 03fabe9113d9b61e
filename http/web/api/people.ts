/** Answers of operations about grants, acts and agents, as their REST description says. */
export interface Grant {
  readonly id: string
  readonly client_id: string
  readonly client_name: string | null
  readonly account_id: string
  readonly email: string | null
  readonly agent_id: string | null
  readonly scopes: readonly string[]
  readonly created_at: string
  readonly last_used_at: string | null
  readonly expires_at: string | null
  readonly revoked_at: string | null
}

export interface Act {
  readonly id: string
  readonly at: string
  readonly event: string
  readonly ref: string | null
  readonly actor: { readonly id: string; readonly name: string; readonly kind: string }
  readonly address: string | null
  readonly data: Readonly<Record<string, unknown>>
}

export interface AgentRow {
  readonly agent_id: string
  readonly agent_name: string | null
  readonly description: string | null
  readonly action_count: number
  readonly last_active: string | null
  readonly first_seen_at: string | null
  readonly registered_at: string | null
  readonly paused: boolean
  readonly presence: {
    readonly status: string
    readonly last_heartbeat_at: string | null
    readonly current_task_id: string | null
  }
}

export interface AgentProfile {
  readonly agent: AgentRow & {
    readonly registered_by: string | null
    readonly paused_at: string | null
    readonly paused_by: string | null
    readonly pause_reason: string | null
  }
  readonly trust: Readonly<Record<string, unknown>>
  readonly signals: readonly Readonly<Record<string, unknown>>[]
}

/** What a page needs to show one setting and to check what is typed. */
export interface SettingDefinition {
  readonly key: string
  readonly label: string
  readonly description: string
  readonly kind: 'enum' | 'integer' | 'boolean' | 'text' | 'secret' | 'list'
  readonly unit: string | null
  readonly default: string | number | boolean | readonly string[] | null
  readonly options?: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly role: 'owner' | 'admin'
}
