import { sql, type Kysely } from 'kysely'

/** Finds the few agents in a status among the many in a fleet. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Most heartbeats say the same status again and leave the index as it is: their update stays on its page.
  `create index agent_presence_status on agent_presence (org_id, status, agent_id)`,
]
