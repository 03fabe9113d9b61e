import type { Kysely, Selectable, Transaction } from 'kysely'
import {
  assertGoodPassword,
  emailKey,
  findByEmail,
  hashPassword,
  insertAccount,
  requireAccount,
} from '#core/accounts/index'
import { recordAct } from '#core/activity/index'
import { hashSecret } from '#core/keys/index'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { PersonRole } from '../kernel/scope.ts'
import type { InvitationTable } from './tables.ts'

export interface ShownInvitation {
  readonly org_name: string
  readonly role: PersonRole
  readonly email: string | null
  readonly has_account: boolean
  readonly expires_at: string
}

/** What an invitation's holder is shown before they accept. Throws the 404. */
export async function showInvitation(runtime: Runtime, token: string): Promise<ShownInvitation> {
  const row = await runtime.db
    .selectFrom('invitation as i')
    .innerJoin('organization as o', 'o.org_id', 'i.org_id')
    .select(['o.name', 'i.role', 'i.email', 'i.expires_at', 'i.accepted_at', 'i.revoked_at'])
    .where('i.token_hash', '=', hashSecret(token))
    .executeTakeFirst()
  if (!row || !isOpen(row, runtime.now())) throw closed()
  const known = row.email === null ? undefined : await findByEmail(runtime.db, row.email)
  return {
    org_name: row.name,
    role: row.role,
    email: row.email,
    has_account: known !== undefined,
    expires_at: row.expires_at.toISOString(),
  }
}

/** Who accepts: a person who is signed in, or a new one. */
export type Acceptance = { readonly token: string; readonly address: string } & (
  | { readonly accountId: string }
  | { readonly email: string; readonly name: string; readonly password: string }
)

/** Joins the org, once: of any number who use the link at once, one gets in. Answers the account and the org. */
export async function acceptInvitation(
  runtime: Runtime,
  given: Acceptance,
): Promise<{ readonly accountId: string; readonly orgId: string }> {
  const at = runtime.now()
  const passwordHash = 'accountId' in given ? null : await newPassword(given)
  return runtime.db.transaction().execute(async (trx) => {
    const invitation = await takeInvitation(trx, given.token, at)
    const account =
      'accountId' in given
        ? await requireAccount(trx, given.accountId)
        : await insertAccount(trx, at, { email: given.email, name: given.name, passwordHash })
    if (invitation.email !== null && emailKey(invitation.email) !== account.email_key) {
      throw new Fault('forbidden', `This invitation is for ${invitation.email}; sign in with that address.`)
    }
    const { org_id, role, id } = invitation
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('membership')
      .values({ org_id, account_id: account.id, role, created_at: at, created_by: invitation.created_by })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows !== 1n) throw new Fault('conflict', 'You belong to this organization already.')
    await trx
      .updateTable('invitation')
      .set({ accepted_by: account.id })
      .where('org_id', '=', org_id)
      .where('id', '=', id)
      .execute()
    const by = { orgId: org_id, principalId: account.id, principalName: account.email, kind: 'user' as const }
    const data = { email: account.email, role, invitation: id }
    await recordAct(trx, { ...by, address: given.address }, { event: 'member.joined', ref: account.id, at, data })
    return { accountId: account.id, orgId: org_id }
  })
}

function newPassword({ password, email }: { readonly password: string; readonly email: string }): Promise<string> {
  assertGoodPassword(password, email)
  return hashPassword(password)
}

async function takeInvitation(
  trx: Transaction<Database>,
  token: string,
  at: Date,
): Promise<Selectable<InvitationTable>> {
  const row = await trx
    .updateTable('invitation')
    .set({ accepted_at: at })
    .where('token_hash', '=', hashSecret(token))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .returningAll()
    .executeTakeFirst()
  if (row) return row
  throw closed()
}

function isOpen(
  row: { readonly accepted_at: Date | null; readonly revoked_at: Date | null; readonly expires_at: Date },
  now: Date,
): boolean {
  return row.accepted_at === null && row.revoked_at === null && row.expires_at > now
}

function closed(): Fault {
  return new Fault('not_found', 'This invitation is wrong, was used or taken back, or has run out. Ask for a new one.')
}

/** Members who may approve: for the separation of duties. Bounded, because two are enough to know. */
export function approversOf(db: Kysely<Database>, orgId: string, limit: number): Promise<{ account_id: string }[]> {
  return db
    .selectFrom('membership')
    .select('account_id')
    .where('org_id', '=', orgId)
    .where('role', 'in', ['owner', 'admin', 'approver'])
    .limit(limit)
    .execute()
}
