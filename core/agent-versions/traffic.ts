import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import { versionFor, type Share } from './traffic.rules.ts'

/** More versions at once tell nobody anything. */
export const MAX_SHARES = 10

export function sharesOf(db: Kysely<Database>, orgId: string, agentId: string): Promise<Share[]> {
  const query = db.selectFrom('agent_traffic').select(['version_id', 'weight']).where('org_id', '=', orgId)
  return query.where('agent_id', '=', agentId).orderBy('version_id').limit(MAX_SHARES).execute()
}

export interface Chosen {
  readonly versionId: string | null
  readonly by: 'traffic' | 'current'
}

/** The version that should do a piece of work: by the shares of traffic and the key, else the current one. */
export async function chooseVersion(
  db: Kysely<Database>,
  orgId: string,
  { agentId, key }: { readonly agentId: string; readonly key: string },
): Promise<Chosen> {
  const shared = versionFor(await sharesOf(db, orgId, agentId), key)
  if (shared !== null) return { versionId: shared, by: 'traffic' }
  const agent = await db
    .selectFrom('agent')
    .select('current_version_id')
    .where('org_id', '=', orgId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  return { versionId: agent?.current_version_id ?? null, by: 'current' }
}
