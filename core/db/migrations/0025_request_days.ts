import { sql, type Kysely } from 'kysely'

/** Calls of an account in a day (UTC), where a limit counts them. Lost in a crash they only count anew. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create unlogged table request_day (
    org_id text not null,
    kind text not null,
    day date not null,
    used integer not null,
    primary key (org_id, kind, day)
  ) with (fillfactor = 50)`,
]
