import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import type { PersonRole } from '../kernel/scope.ts'
import type { MemberRow } from './schema.ts'

export function membersOf(db: Kysely<Database>, orgId: string) {
  return db
    .selectFrom('membership as m')
    .innerJoin('account as a', 'a.id', 'm.account_id')
    .select(['m.account_id', 'a.email', 'a.name', 'm.role', 'a.totp_confirmed_at', 'm.created_at'])
    .where('m.org_id', '=', orgId)
}

export async function requireMember(db: Kysely<Database>, orgId: string, accountId: string): Promise<MemberRow> {
  const row = await membersOf(db, orgId).where('m.account_id', '=', accountId).executeTakeFirst()
  if (row) return row
  throw new Fault('not_found', 'Member not found')
}

/** Owners make and remove owners; everybody else who may write members leaves them alone. */
export function assertMayAppoint(actor: Actor, ...involved: readonly PersonRole[]): void {
  if (!involved.includes('owner') || actor.role === 'owner') return
  throw new Fault('forbidden', 'Only an owner can make, change or remove an owner.')
}

/**
 * Locks the owners of the org, in one order, and refuses to let go of the last one: two owners who remove each other at
 * once do not both succeed.
 */
export async function assertNotLastOwner(trx: Transaction<Database>, orgId: string, accountId: string): Promise<void> {
  const owners = await trx
    .selectFrom('membership')
    .select('account_id')
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .orderBy('account_id')
    .forUpdate()
    .execute()
  if (owners.length !== 1 || owners[0]?.account_id !== accountId) return
  throw new Fault('conflict', 'This is the last owner of the organization; make somebody else an owner first.')
}
