import type { Kysely, Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Actor } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { scopesOf } from '../kernel/scope.ts'
import { hashOf } from './answer-token.ts'

/** The person behind a user of Telegram, with the role they have in the org now; undefined for a stranger. */
export async function personOf(runtime: Runtime, orgId: string, userId: number): Promise<Actor | undefined> {
  const row = await linked(runtime.db, orgId, userId)
  if (!row) return undefined
  return {
    orgId,
    principalId: row.account_id,
    principalName: row.email,
    kind: 'user',
    role: row.role,
    scopes: new Set(scopesOf(row.role)),
    agentId: null,
    accountId: row.account_id,
    // Nothing was proved in a chat: an org that asks for a second factor takes no approvals from there.
    secondFactorAt: null,
    stillValid: async (db) => {
      const now = await linked(db, orgId, userId)
      return now?.account_id === row.account_id && now.role === row.role
    },
  }
}

function linked(db: Kysely<Database>, orgId: string, userId: number) {
  return db
    .selectFrom('telegram_link as l')
    .innerJoin('account as a', 'a.id', 'l.account_id')
    .innerJoin('membership as m', (join) => join.onRef('m.account_id', '=', 'a.id').onRef('m.org_id', '=', 'l.org_id'))
    .select(['l.account_id', 'a.email', 'm.role'])
    .where('l.org_id', '=', orgId)
    .where('l.telegram_user_id', '=', userId)
    .where('a.disabled_at', 'is', null)
    .executeTakeFirst()
}

/** Takes a code, once; false when there is no such code or its time is over. */
export async function linkPerson(runtime: Runtime, orgId: string, userId: number, code: string): Promise<boolean> {
  const at = runtime.now()
  return transact(runtime.db, async (trx) => {
    const taken = await trx
      .deleteFrom('telegram_link_code')
      .where('org_id', '=', orgId)
      .where('code_hash', '=', hashOf(code))
      .where('expires_at', '>', at)
      .returning('account_id')
      .executeTakeFirst()
    if (!taken) return false
    await store(trx, { orgId, userId, accountId: taken.account_id, at })
    return true
  })
}

interface Link {
  readonly orgId: string
  readonly userId: number
  readonly accountId: string
  readonly at: Date
}

async function store(trx: Transaction<Database>, { orgId, userId, accountId, at }: Link): Promise<void> {
  await trx
    .insertInto('telegram_link')
    .values({ org_id: orgId, telegram_user_id: userId, account_id: accountId, linked_at: at })
    .onConflict((conflict) =>
      conflict.columns(['org_id', 'telegram_user_id']).doUpdateSet({ account_id: accountId, linked_at: at }),
    )
    .execute()
  const by = { orgId, principalId: accountId, kind: 'user' as const }
  await recordAct(trx, by, { event: 'telegram.linked', ref: accountId, at, data: { telegram_user_id: userId } })
}
