import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import { emailKey } from './schema.ts'
import type { AccountTable } from './tables.ts'

export interface AccountDraft {
  readonly email: string
  readonly name: string
  /** Null for who signs in with an OpenID Connect provider. */
  readonly passwordHash: string | null
  readonly operator?: boolean
}

/** A new person. Throws the 409 when the address is taken, also by somebody who came at the same moment. */
export async function insertAccount(
  trx: Transaction<Database>,
  at: Date,
  draft: AccountDraft,
): Promise<Selectable<AccountTable>> {
  const row = await trx
    .insertInto('account')
    .values({
      id: newId('usr'),
      email: draft.email.trim(),
      email_key: emailKey(draft.email),
      name: draft.name,
      password_hash: draft.passwordHash,
      operator: draft.operator ?? false,
      totp_secret: null,
      totp_confirmed_at: null,
      totp_last_step: null,
      created_at: at,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (row) return row
  throw new Fault('conflict', 'There is an account with this e-mail address already: sign in first.')
}

export function findByEmail(db: Kysely<Database>, email: string): Promise<Selectable<AccountTable> | undefined> {
  return db.selectFrom('account').selectAll().where('email_key', '=', emailKey(email)).executeTakeFirst()
}

export async function requireAccount(db: Kysely<Database>, id: string): Promise<Selectable<AccountTable>> {
  const row = await db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw new Fault('not_found', 'Account not found')
}

/** The orgs a person belongs to, those they joined last first. At most 200 are told. */
export function orgsOf(
  db: Kysely<Database>,
  accountId: string,
): Promise<{ org_id: string; name: string; role: string }[]> {
  return db
    .selectFrom('membership as m')
    .innerJoin('organization as o', 'o.org_id', 'm.org_id')
    .select(['m.org_id', 'o.name', 'm.role'])
    .where('m.account_id', '=', accountId)
    .orderBy('m.created_at', 'desc')
    .limit(200)
    .execute()
}
