import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'

/** Whether this agent id is somebody else's in the org: known there, and not from a client that this person allowed. */
export async function isForeignAgent(
  db: Kysely<Database>,
  orgId: string,
  { accountId, agentId }: { readonly accountId: string; readonly agentId: string },
): Promise<boolean> {
  const { rows } = await sql<{ foreign_agent: boolean }>`
    select (
      exists (select 1 from agent where org_id = ${orgId} and agent_id = ${agentId})
      or exists (select 1 from oauth_grant
        where org_id = ${orgId} and agent_id = ${agentId} and account_id <> ${accountId} and revoked_at is null)
    ) and not exists (
      select 1 from oauth_grant where org_id = ${orgId} and agent_id = ${agentId} and account_id = ${accountId}
    ) as foreign_agent`.execute(db)
  return rows[0]?.foreign_agent ?? true
}
