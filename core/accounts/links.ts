import type { Kysely, Transaction } from 'kysely'
import { hashSecret, newSecret } from '#core/keys/index'
import { FIRST_ORG } from '#core/orgs/index'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'

const HOUR_MS = 3_600_000
export const SETUP_HOURS = 24
export const RESET_HOURS = 2

/** Makes the token of a link; links of the same purpose and account that were made before stop working. */
export async function makeLink(
  trx: Transaction<Database>,
  now: Date,
  { purpose, accountId }: { readonly purpose: 'setup' | 'reset'; readonly accountId: string | null },
): Promise<string> {
  const token = newSecret(`${purpose}_`)
  await trx
    .deleteFrom('account_link')
    .where('purpose', '=', purpose)
    .where((eb) => (accountId === null ? eb('account_id', 'is', null) : eb('account_id', '=', accountId)))
    .where('used_at', 'is', null)
    .execute()
  const hours = purpose === 'setup' ? SETUP_HOURS : RESET_HOURS
  await trx
    .insertInto('account_link')
    .values({
      token_hash: hashSecret(token),
      purpose,
      account_id: accountId,
      created_at: now,
      expires_at: new Date(now.getTime() + hours * HOUR_MS),
      used_at: null,
    })
    .execute()
  return token
}

/** Uses a link up: of any number who try at once, one gets through. Throws the 404. */
export async function useLink(
  trx: Transaction<Database>,
  purpose: 'setup' | 'reset',
  token: string,
  now: Date,
): Promise<{ readonly accountId: string | null }> {
  const row = await trx
    .updateTable('account_link')
    .set({ used_at: now })
    .where('token_hash', '=', hashSecret(token))
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('account_id')
    .executeTakeFirst()
  if (row) return { accountId: row.account_id }
  throw new Fault('not_found', 'This link is wrong, was used, or has run out. Ask for a new one.')
}

/** Whether somebody belongs to the first org: who registered themselves has another one, and sets nothing up. */
export async function hasAccounts(db: Kysely<Database>): Promise<boolean> {
  const members = db.selectFrom('membership').select('account_id').where('org_id', '=', FIRST_ORG)
  return (await members.limit(1).executeTakeFirst()) !== undefined
}
