import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { PersonRole } from '../kernel/scope.ts'

export interface Membership {
  readonly org_id: string
  readonly name: string
  readonly role: PersonRole
}

/** The orgs in which a person can allow something, by name. */
export function membershipsOf(db: Kysely<Database>, accountId: string): Promise<Membership[]> {
  return db
    .selectFrom('membership as m')
    .innerJoin('organization as o', 'o.org_id', 'm.org_id')
    .select(['m.org_id', 'o.name', 'm.role'])
    .where('m.account_id', '=', accountId)
    .orderBy('o.name')
    .orderBy('m.org_id')
    .limit(200)
    .execute()
}

/** Whether the account is there and may sign in. */
export async function findPerson(
  db: Kysely<Database>,
  accountId: string,
): Promise<{ readonly id: string } | undefined> {
  return db
    .selectFrom('account')
    .select('id')
    .where('id', '=', accountId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
}
