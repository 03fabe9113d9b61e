import { recordAct } from '#core/activity/index'
import { insertOrg } from '#core/orgs/index'
import { Fault } from '../kernel/errors.ts'
import { newId } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertGoodPassword, hashPassword } from './password.ts'
import { insertAccount } from './store.ts'
import { countAttempt } from './throttle.ts'

export interface NewPerson {
  readonly email: string
  readonly password: string
  /** As a block of addresses that one host owns. */
  readonly address: string
}

function isOpen({
  open_registration: open,
  sso_issuer: provider,
  host,
  public_url: url,
}: Runtime['settings']): boolean {
  if (open === 'off' || provider !== undefined) return false
  return open === 'on' || (url === undefined && (host === '127.0.0.1' || host === '::1' || host === 'localhost'))
}

/**
 * Lets somebody in whom nobody invited: with an org of their own and no way into any other. Not where a provider vouches
 * for people: their address is not verified here, and the provider's person of that address would get this account.
 */
export async function registerPerson(runtime: Runtime, { email, password, address }: NewPerson) {
  if (!isOpen(runtime.settings)) {
    throw new Fault('forbidden', 'Nobody can register themselves on this instance: ask for an invitation.')
  }
  const at = runtime.now()
  await countAttempt(runtime.db, { email, address }, at)
  assertGoodPassword(password, email)
  const passwordHash = await hashPassword(password)
  return runtime.db.transaction().execute(async (trx) => {
    const [name = email] = email.split('@', 1)
    const account = await insertAccount(trx, at, { email, name: name.slice(0, 128), passwordHash })
    const orgId = newId('org')
    await insertOrg(trx, { orgId, name: `${name}'s organization`.slice(0, 256), at, by: account.id })
    const member = { org_id: orgId, account_id: account.id, role: 'owner' as const }
    await trx
      .insertInto('membership')
      .values({ ...member, created_at: at, created_by: account.id })
      .execute()
    const by = { orgId, principalId: account.id, principalName: account.email, kind: 'user' as const, address }
    const data = { email: account.email, role: 'owner', how: 'registered' }
    await recordAct(trx, by, { event: 'member.joined', ref: account.id, at, data })
    return account
  })
}
