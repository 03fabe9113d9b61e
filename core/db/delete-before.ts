import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from './database.ts'

const BATCH = 10_000

/** The time that says how old a row is; each has an index. */
const times = {
  event: 'at',
  guard_idempotency: 'at',
  host_usage: 'at',
  identity_token_use: 'at',
  agent_event: 'received_at',
  agent_alert: 'resolved_at',
  drift_alert: 'resolved_at',
  notification: 'settled_at',
} as const
export type AgingTable = keyof typeof times

interface Extent {
  readonly whose?: RawBuilder<boolean>
  /** Rows a statement. */
  readonly batch?: number
}

/**
 * Deletes the rows of `table` whose time is earlier, in statements of bounded size: none holds its locks for long, and
 * what was deleted stays deleted when a later one fails. Answers how many.
 */
export async function deleteBefore(
  db: Kysely<Database>,
  table: AgingTable,
  before: Date,
  { whose = sql<boolean>`true`, batch = BATCH }: Extent = {},
): Promise<number> {
  const [rows, at] = [sql.table(table), sql.ref(times[table])]
  let deleted = 0
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${rows} where ctid = any(array(
        select ctid from ${rows} where ${at} < ${before} and ${whose} limit ${sql.lit(batch)}))`.execute(db)
    deleted += Number(numAffectedRows)
    if (Number(numAffectedRows) < batch) return deleted
  }
}
