import type { ColumnType } from 'kysely'

export interface EventHeadTable {
  readonly org_id: string
  seq: number
}

export interface EventTable {
  readonly org_id: string
  /** Gapless per org, in the order of the commits. */
  readonly seq: number
  readonly name: string
  /** Id of what the event is about. */
  readonly ref: string | null
  readonly payload: ColumnType<Record<string, unknown>, string, never>
  readonly at: Date
}
