import { sql, type Kysely } from 'kysely'

/** Errors of a minute are counted among errors alone, however many other events an agent has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create index agent_event_errors on agent_event (org_id, agent_id, received_at desc) where kind = 'error'`)
    .execute(db)
}
