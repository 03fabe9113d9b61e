/** How far the decisions and actions of an org were exported as spans. */
export interface SpanExportTable {
  readonly org_id: string
  /** The last event that the receiver has taken. */
  seq: number
  /** In a row. */
  failures: number
  next_at: Date
  last_error: string | null
}
