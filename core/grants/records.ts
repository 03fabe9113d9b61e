import { hash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'

/** What a record is kept with, apart from what makes it a secret. */
export type Payload = Readonly<Record<string, unknown>>

export interface StoredRecord {
  readonly payload: Payload
  readonly consumedAt: Date | null
  readonly expiresAt: Date
}

export interface RecordDraft {
  readonly payload: Payload
  readonly grantId: string | null
  readonly userCode: string | null
  readonly expiresAt: Date
}

/** Stored in place of an identifier, which for codes and tokens is the secret itself. Both have enough entropy. */
export function recordKey(id: string): string {
  return hash('sha256', id, 'hex')
}

/** Makes or replaces a record; a record that was consumed stays so. */
export async function putRecord(db: Kysely<Database>, model: string, id: string, draft: RecordDraft): Promise<void> {
  const values = {
    payload: JSON.stringify(draft.payload),
    grant_id: draft.grantId,
    user_code: draft.userCode === null ? null : recordKey(draft.userCode),
    expires_at: draft.expiresAt,
  }
  await db
    .insertInto('oauth_record')
    .values({ model, id: recordKey(id), consumed_at: null, ...values })
    .onConflict((conflict) => conflict.columns(['model', 'id']).doUpdateSet(values))
    .execute()
}

export async function findRecord(db: Kysely<Database>, model: string, id: string): Promise<StoredRecord | undefined> {
  const row = await db
    .selectFrom('oauth_record')
    .select(['payload', 'consumed_at as consumedAt', 'expires_at as expiresAt'])
    .where('model', '=', model)
    .where('id', '=', recordKey(id))
    .executeTakeFirst()
  return row
}

export async function findByUserCode(db: Kysely<Database>, userCode: string): Promise<StoredRecord | undefined> {
  return db
    .selectFrom('oauth_record')
    .select(['payload', 'consumed_at as consumedAt', 'expires_at as expiresAt'])
    .where('model', '=', 'DeviceCode')
    .where('user_code', '=', recordKey(userCode))
    .executeTakeFirst()
}

/** One conditional statement: of any number of parallel callers exactly one is told true. */
export async function consumeRecord(db: Kysely<Database>, model: string, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauth_record')
    .set({ consumed_at: at })
    .where('model', '=', model)
    .where('id', '=', recordKey(id))
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function removeRecord(db: Kysely<Database>, model: string, id: string): Promise<void> {
  await db.deleteFrom('oauth_record').where('model', '=', model).where('id', '=', recordKey(id)).execute()
}

export async function removeRecordsOfGrant(db: Kysely<Database>, grantId: string, model?: string): Promise<void> {
  let query = db.deleteFrom('oauth_record').where('grant_id', '=', grantId)
  if (model !== undefined) query = query.where('model', '=', model)
  await query.execute()
}

/** Keeps a record that is used: it lives on until `until`. Written at most once a day. */
export async function keepRecord(db: Kysely<Database>, model: string, id: string, until: Date): Promise<void> {
  await db
    .updateTable('oauth_record')
    .set({ expires_at: until })
    .where('model', '=', model)
    .where('id', '=', recordKey(id))
    .where('expires_at', '<', new Date(until.getTime() - 86_400_000))
    .execute()
}

/**
 * Writes a person's decision into the device code with this (hashed) user code, when nobody decided before. One conditional statement, so that of two
 * people who type the same code one decides.
 */
export async function decideDeviceCode(
  db: Kysely<Database>,
  userCodeKey: string,
  at: Date,
  decision: { readonly grantId: string | null; readonly fields: Payload },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauth_record')
    .set({
      payload: sql<string>`payload || ${JSON.stringify(decision.fields)}::jsonb`,
      grant_id: decision.grantId,
    })
    .where('model', '=', 'DeviceCode')
    .where('user_code', '=', userCodeKey)
    .where('consumed_at', 'is', null)
    .where('expires_at', '>', at)
    .where(sql<boolean>`not (payload ? 'accountId' or payload ? 'error')`)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

const DAY_MS = 86_400_000

/** What ran out a day ago and more: a late repeat is still told apart from a stranger's guess until then. */
export async function sweepRecords(db: Kysely<Database>, now: Date, limit: number): Promise<void> {
  const before = new Date(now.getTime() - DAY_MS)
  await sql`
    delete from oauth_record where ctid = any(array(
      select ctid from oauth_record where expires_at < ${before} order by expires_at limit ${limit}))`.execute(db)
}
