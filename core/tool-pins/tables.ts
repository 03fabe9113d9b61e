import type { ColumnType } from 'kysely'
import type { Reason } from './reason.ts'

/** One definition of one tool of a wrapped server. */
export interface ToolPinTable {
  readonly org_id: string
  readonly id: string
  readonly server: string
  readonly tool: string
  /** The name as it looks; twins share it. */
  readonly skeleton: string
  /** SHA-256 of `definition`, hex. */
  readonly digest: string
  /** Canonical JSON. */
  readonly definition: string
  state: 'pinned' | 'quarantined'
  /** Why it was quarantined; kept when it is approved. */
  readonly reasons: ColumnType<readonly Reason[], string, never>
  readonly first_seen_at: Date
  readonly first_seen_by: string
  approved_at: Date | null
  approved_by: string | null
}
