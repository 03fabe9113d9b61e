import { sql, type Kysely } from 'kysely'
import { Fault } from '#core/kernel/errors'
import type { Database } from './database.ts'
import type { DatabaseHandle } from './engine.ts'
import { migrations as all } from './migrations.gen.ts'

export interface Migration {
  /** File name without ending; the order of the ids is the order of running. */
  readonly id: string
  up(db: Kysely<unknown>): Promise<void>
}

export interface SchemaState {
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** In the database, but not in this program: a newer version has been here. */
  readonly unknown: readonly string[]
}

/** Any number that nobody else locks: 'writ' in ASCII. */
const MIGRATION_LOCK = 0x77726974

/** Where the schema stands, without changing it. */
export async function schemaState(db: Kysely<Database>, known: readonly Migration[] = all): Promise<SchemaState> {
  const applied = await appliedIds(db)
  const ids = known.map(({ id }) => id)
  return {
    applied,
    pending: ids.filter((id) => !applied.includes(id)),
    unknown: applied.filter((id) => !ids.includes(id)),
  }
}

/**
 * Brings the schema up to date and returns the ids that ran. Of several processes that start at once on one server,
 * one migrates and the others wait. A schema of a newer version is refused untouched.
 */
export async function migrate(handle: DatabaseHandle, known: readonly Migration[] = all): Promise<string[]> {
  return handle.db.connection().execute(async (connection) => {
    if (handle.engine === 'embedded') return runPending(connection, known)
    // Waiting for another process's migration, and a long migration itself, are no runaway statements.
    await sql`SET statement_timeout = 0`.execute(connection)
    await sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`.execute(connection)
    try {
      return await runPending(connection, known)
    } finally {
      await sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`.execute(connection)
      await sql`RESET statement_timeout`.execute(connection)
    }
  })
}

async function runPending(db: Kysely<Database>, known: readonly Migration[]): Promise<string[]> {
  const { pending, unknown } = await schemaState(db, known)
  if (unknown.length > 0) {
    throw new Fault(
      'unavailable',
      `The database was migrated by a newer Writ: it has ${unknown.join(', ')}, and this version knows ` +
        `${known.at(-1)?.id ?? 'no migration'} as the last. Start the newer version.`,
    )
  }
  await sql`CREATE TABLE IF NOT EXISTS schema_migration (
    id text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`.execute(db)
  for (const migration of known.filter(({ id }) => pending.includes(id))) {
    await db.transaction().execute(async (transaction) => {
      await migration.up(transaction as unknown as Kysely<unknown>)
      await transaction.insertInto('schema_migration').values({ id: migration.id }).execute()
    })
  }
  return [...pending]
}

async function appliedIds(db: Kysely<Database>): Promise<string[]> {
  const exists = await sql<{ found: boolean }>`SELECT to_regclass('schema_migration') IS NOT NULL AS found`.execute(db)
  if (exists.rows[0]?.found !== true) return []
  const rows = await db.selectFrom('schema_migration').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}
