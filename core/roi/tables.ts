export interface TaskValueTable {
  readonly org_id: string
  readonly task: string
  /** Micro-dollars that one success is worth. */
  value_micros: number
  updated_at: Date
  updated_by: string
}
