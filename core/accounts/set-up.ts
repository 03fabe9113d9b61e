import { recordAct } from '#core/activity/index'
import { FIRST_ORG } from '#core/orgs/index'
import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { hasAccounts, makeLink, useLink } from './links.ts'
import { assertGoodPassword, hashPassword } from './password.ts'
import { sessionCache } from './session-cache.ts'
import { openSession, endSessions, type OpenedSession } from './sessions.ts'
import type { From } from './sign-in.ts'
import { insertAccount, requireAccount } from './store.ts'

/** The token of the link that makes the first owner; null once there is a person. */
export async function makeSetupLink(runtime: Runtime): Promise<string | null> {
  if (await hasAccounts(runtime.db)) return null
  return runtime.db.transaction().execute((trx) => makeLink(trx, runtime.now(), { purpose: 'setup', accountId: null }))
}

export interface SetUp extends From {
  readonly token: string
  readonly email: string
  readonly name: string
  readonly password: string
  readonly orgName?: string | undefined
}

/** Makes the owner of the first org, who also runs the instance. Once: parallel uses of links make one owner. */
export async function setUp(runtime: Runtime, given: SetUp): Promise<OpenedSession> {
  assertGoodPassword(given.password, given.email)
  const passwordHash = await hashPassword(given.password)
  const at = runtime.now()
  return runtime.db.transaction().execute(async (trx) => {
    await trx.selectFrom('organization').select('org_id').where('org_id', '=', FIRST_ORG).forUpdate().execute()
    await useLink(trx, 'setup', given.token, at)
    if (await hasAccounts(trx)) throw new Fault('not_found', 'This instance is set up already: sign in.')
    const { email, name } = given
    const account = await insertAccount(trx, at, { email, name, passwordHash, operator: true })
    const member = { org_id: FIRST_ORG, account_id: account.id, role: 'owner' as const }
    await trx
      .insertInto('membership')
      .values({ ...member, created_at: at, created_by: account.id })
      .execute()
    if (given.orgName !== undefined) {
      await trx.updateTable('organization').set({ name: given.orgName }).where('org_id', '=', FIRST_ORG).execute()
    }
    const by = { orgId: FIRST_ORG, principalId: account.id, principalName: account.email, kind: 'user' as const }
    const data = { email: account.email, role: 'owner', how: 'set-up link' }
    await recordAct(trx, { ...by, address: given.address }, { event: 'member.joined', ref: account.id, at, data })
    const draft = { accountId: account.id, orgId: FIRST_ORG, secondFactorAt: null }
    return openSession(trx, at, { ...draft, address: given.address, userAgent: given.userAgent })
  })
}

/** Sets a new password by a one-time link and ends every session of the account. */
export async function resetPassword(
  runtime: Runtime,
  given: { readonly token: string; readonly password: string },
): Promise<void> {
  const at = runtime.now()
  const password_hash = await hashPassword(given.password)
  // Looked at in the same transaction that uses the link up: a password refused leaves the link as it was.
  const accountId = await runtime.db.transaction().execute(async (trx) => {
    const link = await useLink(trx, 'reset', given.token, at)
    const account = await requireAccount(trx, link.accountId ?? '')
    assertGoodPassword(given.password, account.email)
    await trx.updateTable('account').set({ password_hash }).where('id', '=', account.id).execute()
    await endSessions(trx, account.id, at)
    return account.id
  })
  runtime.use(sessionCache).forgetAccount(accountId)
}
