import type { Kysely, Selectable, Transaction } from 'kysely'
import { hashSecret, newSecret } from '#core/keys/index'
import type { Database } from '../db/database.ts'
import { newId } from '../kernel/id.ts'
import type { AccountSessionTable } from './tables.ts'

/** A session ends after this long whatever happens, and sooner when nobody used it for a while. */
export const SESSION_DAYS = 30
export const IDLE_DAYS = 7
const DAY_MS = 86_400_000

export interface SessionDraft {
  readonly accountId: string
  readonly orgId: string
  readonly secondFactorAt: Date | null
  readonly address: string | null
  readonly userAgent: string | null
  /** Shorter than `SESSION_DAYS`, where a client's document says so. */
  readonly days?: number | undefined
}

export interface OpenedSession {
  readonly row: Selectable<AccountSessionTable>
  /** The cookie's value; only its hash is stored. */
  readonly secret: string
}

export async function openSession(db: Kysely<Database>, at: Date, draft: SessionDraft): Promise<OpenedSession> {
  const secret = newSecret('ws_')
  const row = await db
    .insertInto('account_session')
    .values({
      id: newId('ses'),
      token_hash: hashSecret(secret),
      account_id: draft.accountId,
      member_of: draft.orgId,
      created_at: at,
      last_seen_at: at,
      expires_at: new Date(at.getTime() + (draft.days ?? SESSION_DAYS) * DAY_MS),
      second_factor_at: draft.secondFactorAt,
      address: draft.address,
      user_agent: draft.userAgent?.slice(0, 256) ?? null,
      revoked_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { row, secret }
}

/** Ends sessions of an account: all, those of one org, or all but one. Answers how many. */
export async function endSessions(
  db: Kysely<Database> | Transaction<Database>,
  accountId: string,
  at: Date,
  { orgId, except, only }: { orgId?: string; except?: string | undefined; only?: string } = {},
): Promise<number> {
  let query = db
    .updateTable('account_session')
    .set({ revoked_at: at })
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
  if (orgId !== undefined) query = query.where('member_of', '=', orgId)
  if (except !== undefined) query = query.where('id', '!=', except)
  if (only !== undefined) query = query.where('id', '=', only)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return Number(numUpdatedRows)
}

export function isLive(
  row: Pick<Selectable<AccountSessionTable>, 'revoked_at' | 'expires_at' | 'last_seen_at'>,
  now: Date,
): boolean {
  return (
    row.revoked_at === null && row.expires_at > now && now.getTime() - row.last_seen_at.getTime() < IDLE_DAYS * DAY_MS
  )
}

/** Ended sessions are kept a while for the list, then go; at most `limit` at a time. */
export async function sweepSessions(db: Kysely<Database>, now: Date, limit: number): Promise<void> {
  const old = new Date(now.getTime() - IDLE_DAYS * DAY_MS)
  await db
    .deleteFrom('account_session')
    .where('id', 'in', (eb) =>
      eb.selectFrom('account_session').select('id').where('expires_at', '<', old).orderBy('expires_at').limit(limit),
    )
    .execute()
  await db.deleteFrom('account_link').where('expires_at', '<', old).execute()
}
