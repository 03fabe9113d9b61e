import { sql, type Kysely } from 'kysely'
import type { Database } from './database.ts'

const BATCH = 10_000

/**
 * Deletes the rows of `table` whose `at` is earlier, in statements of bounded size: none holds its locks for long, and
 * what was deleted stays deleted when a later one fails. Answers how many.
 */
export async function deleteBefore(
  db: Kysely<Database>,
  table: 'event' | 'guard_idempotency' | 'host_usage' | 'identity_token_use',
  before: Date,
  batch = BATCH,
): Promise<number> {
  const rows = sql.table(table)
  let deleted = 0
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${rows} where ctid = any(array(select ctid from ${rows} where at < ${before} limit ${batch}))`.execute(
      db,
    )
    deleted += Number(numAffectedRows)
    if (Number(numAffectedRows) < batch) return deleted
  }
}
