import type { Kysely, Selectable, Transaction } from 'kysely'
import { recordAct, type ActBy } from '#core/activity/index'
import type { Database } from '../db/database.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { PersonRole, Scope } from '../kernel/scope.ts'
import { grantCache } from './cache.ts'
import { removeRecordsOfGrant } from './records.ts'
import type { OauthGrantTable } from './tables.ts'

export type GrantRow = Selectable<OauthGrantTable>

/** After this a person is asked again, however often the grant was used. */
export const GRANT_DAYS = 90

export interface GrantDraft {
  readonly id: string
  readonly clientId: string
  readonly clientName: string
  readonly agentId: string | null
  readonly scopes: readonly Scope[]
  readonly secondFactorAt: Date | null
  readonly expiresAt: Date
}

/** Stores what a person allows, on the record, in their org. */
export async function insertGrant(
  trx: Transaction<Database>,
  by: ActBy & { readonly accountId: string },
  at: Date,
  draft: GrantDraft,
): Promise<GrantRow> {
  const row = await trx
    .insertInto('oauth_grant')
    .values({
      org_id: by.orgId,
      id: draft.id,
      account_id: by.accountId,
      client_id: draft.clientId,
      client_name: draft.clientName,
      agent_id: draft.agentId,
      scopes: [...draft.scopes],
      second_factor_at: draft.secondFactorAt,
      created_at: at,
      last_used_at: null,
      expires_at: draft.expiresAt,
      revoked_at: null,
      revoked_by: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordAct(trx, by, { event: 'grant.created', ref: row.id, at, data: told(row) })
  return row
}

export interface GrantEnd {
  readonly id: string
  /** Null: whoever it belongs to. */
  readonly accountId: string | null
}

/** Ends a grant once, with all codes and tokens of it. Undefined when the org has none of that id. */
export async function endGrant(
  runtime: Runtime,
  by: ActBy,
  { id, accountId }: GrantEnd,
): Promise<GrantRow | undefined> {
  const at = runtime.now()
  const row = await runtime.db.transaction().execute(async (trx) => {
    let query = trx.selectFrom('oauth_grant').selectAll().where('org_id', '=', by.orgId).where('id', '=', id)
    if (accountId !== null) query = query.where('account_id', '=', accountId)
    const found = await query.forUpdate().executeTakeFirst()
    if (!found || found.revoked_at !== null) return found
    const ended = await trx
      .updateTable('oauth_grant')
      .set({ revoked_at: at, revoked_by: by.principalId })
      .where('org_id', '=', by.orgId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await removeRecordsOfGrant(trx, id)
    await recordAct(trx, by, { event: 'grant.revoked', ref: id, at, data: told(ended) })
    return ended
  })
  if (row) runtime.use(grantCache).forget(id)
  return row
}

/** The same for who does not know the org: the authorization server, when a client gives up its tokens or reuses one. */
export async function endGrantOfClient(runtime: Runtime, id: string): Promise<void> {
  const row = await runtime.db
    .selectFrom('oauth_grant')
    .select(['org_id', 'client_id', 'client_name'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return
  const by: ActBy = { orgId: row.org_id, principalId: id, principalName: row.client_name, kind: 'grant' }
  await endGrant(runtime, by, { id, accountId: null })
}

/** The grant a token is about to be issued for: it stands, and its person is still a member. */
export async function findUsableGrant(
  db: Kysely<Database>,
  id: string,
  now: Date,
): Promise<{ readonly org_id: string; readonly role: PersonRole } | undefined> {
  return db
    .selectFrom('oauth_grant as g')
    .innerJoin('account as a', 'a.id', 'g.account_id')
    .innerJoin('membership as m', (join) =>
      join.onRef('m.org_id', '=', 'g.org_id').onRef('m.account_id', '=', 'g.account_id'),
    )
    .select(['g.org_id', 'm.role'])
    .where('g.id', '=', id)
    .where('g.revoked_at', 'is', null)
    .where('g.expires_at', '>', now)
    .where('a.disabled_at', 'is', null)
    .executeTakeFirst()
}

function told(row: GrantRow): Record<string, unknown> {
  const { account_id, client_id, client_name, agent_id, scopes } = row
  return { account_id, client_id, client_name, agent_id, scopes }
}
