import type { Transaction } from 'kysely'
import { recordAct } from '#core/activity/index'
import { FIRST_ORG } from '#core/orgs/index'
import type { Database } from '../db/database.ts'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { openFor, type From } from './sign-in.ts'
import type { OpenedSession } from './sessions.ts'
import type { SsoClaims } from './sso.ts'
import { findByEmail, insertAccount } from './store.ts'

/**
 * Opens a session for whom the provider vouches for: a person it was linked with before, else the one with the same
 * address if the provider has verified it, else a new one where the instance lets its people join.
 */
export async function signInWithSso(runtime: Runtime, claims: SsoClaims, from: From): Promise<OpenedSession> {
  const accountId = await runtime.db.transaction().execute((trx) => accountOf(runtime, trx, claims, from))
  const secondFactorAt = claims.multiFactor ? runtime.now() : null
  return openFor(runtime, { ...from, accountId, secondFactorAt })
}

async function accountOf(runtime: Runtime, trx: Transaction<Database>, claims: SsoClaims, from: From): Promise<string> {
  const linked = await trx
    .selectFrom('sso_identity as s')
    .innerJoin('account as a', 'a.id', 's.account_id')
    .select(['a.id', 'a.disabled_at'])
    .where('s.issuer', '=', claims.issuer)
    .where('s.subject', '=', claims.subject)
    .executeTakeFirst()
  if (linked?.disabled_at) throw unknown()
  if (linked) return linked.id
  if (claims.email === null || !claims.emailVerified) throw unknown()
  const known = await findByEmail(trx, claims.email)
  if (known?.disabled_at) throw unknown()
  const accountId = known?.id ?? (await join(runtime, trx, claims, from))
  await trx
    .insertInto('sso_identity')
    .values({ issuer: claims.issuer, subject: claims.subject, account_id: accountId, created_at: runtime.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return accountId
}

async function join(runtime: Runtime, trx: Transaction<Database>, claims: SsoClaims, from: From): Promise<string> {
  const role = runtime.settings.sso_join_role
  if (role === undefined || claims.email === null) throw unknown()
  const at = runtime.now()
  const { id, email } = await insertAccount(trx, at, {
    email: claims.email,
    name: claims.name ?? claims.email,
    passwordHash: null,
  })
  const member = { org_id: FIRST_ORG, account_id: id, role }
  await trx
    .insertInto('membership')
    .values({ ...member, created_at: at, created_by: 'system:sso' })
    .execute()
  const by = { orgId: FIRST_ORG, principalId: id, principalName: email, kind: 'user' as const, address: from.address }
  const data = { email, role, issuer: claims.issuer }
  await recordAct(trx, by, { event: 'member.joined', ref: id, at, data })
  return id
}

function unknown(): Fault {
  return new Fault('forbidden', 'The provider knows you, but nobody invited you here. Ask for an invitation.')
}
