import type { ColumnType } from 'kysely'

/** One admin act. The ledger has the same and proves it; this is what is searched. */
export interface ActivityTable {
  readonly org_id: string
  readonly id: string
  readonly at: Date
  readonly event: string
  readonly ref: string
  readonly actor_id: string
  readonly actor_name: string
  readonly actor_kind: string
  readonly address: string | null
  readonly data: ColumnType<Record<string, unknown>, string, never>
}
