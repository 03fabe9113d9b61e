import type { ColumnType } from 'kysely'

export type LoopStatus = 'open' | 'resolved' | 'cancelled'
export type LoopPriority = 'low' | 'medium' | 'high' | 'critical'

export interface OpenLoopTable {
  readonly org_id: string
  readonly loop_id: string
  readonly action_id: string
  readonly agent_id: string
  readonly loop_type: string
  readonly description: string
  status: LoopStatus
  readonly priority: LoopPriority
  /** low 0 … critical 3: the list is ordered by it. */
  readonly priority_rank: number
  readonly owner: string | null
  resolution: string | null
  readonly metadata: ColumnType<Record<string, unknown> | null, string | null, never>
  readonly created_by: string
  readonly created_at: Date
  resolved_at: Date | null
}
