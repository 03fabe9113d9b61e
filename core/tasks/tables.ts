import type { ColumnType } from 'kysely'
import type { TaskStatus } from './state.rules.ts'

type Json = ColumnType<unknown, string | null, string | null>

export interface TaskTable {
  readonly org_id: string
  readonly task_id: string
  readonly agent_id: string
  /** The version of the agent that is to do it; null where the agent has none. */
  readonly version_id: string | null
  readonly title: string
  readonly description: string | null
  /** low 0 … urgent 3: what is claimed next goes by it. */
  readonly priority_rank: number
  status: TaskStatus
  readonly input: ColumnType<unknown, string | null, never>
  output: Json
  /** Percent. */
  progress: number | null
  progress_note: string | null
  /** Why it failed, was cancelled or went back to the queue. */
  reason: string | null
  /** How often it was started. */
  attempts: number
  readonly max_attempts: number
  /** Not to be claimed before this. */
  available_at: Date
  readonly deadline: Date | null
  /** SHA-256 of the token of whoever holds or runs it; null of a task that is run without a lease. */
  lease_hash: string | null
  leased_until: Date | null
  worker_id: string | null
  worker_name: string | null
  /** What it cost, as its worker told at the end; null where nobody did. */
  cost_micros: number | null
  /** The guard decision under which it was started last. */
  decision_id: string | null
  /** The action by which a person was asked whether it may run. */
  approval_action_id: string | null
  readonly created_by: string
  readonly created_at: Date
  updated_at: Date
  started_at: Date | null
  completed_at: Date | null
  readonly idempotency_key: string | null
  readonly request_digest: string | null
}
