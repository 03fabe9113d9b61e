import { insertAccount, openSession, sessionCache } from '#core/accounts/index'
import type { Context } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { PersonRole } from '../kernel/scope.ts'

export interface TestPerson {
  readonly accountId: string
  readonly email: string
  /** The session's cookie value. */
  readonly secret: string
  /** A context of the session as it is now. */
  context(): Promise<Context>
}

/** A real person with a membership and a session in the org; one more org when they are named again. */
export async function testPerson(
  runtime: Runtime,
  orgId: string,
  role: PersonRole,
  options: { passwordHash?: string; email?: string; operator?: boolean; secondFactorAt?: Date } = {},
): Promise<TestPerson> {
  const at = runtime.now()
  const email = options.email ?? `${newId('usr')}@example.com`
  const { accountId, secret } = await runtime.db.transaction().execute(async (trx) => {
    const account = await insertAccount(trx, at, {
      email,
      name: `A ${role}`,
      passwordHash: options.passwordHash ?? null,
      operator: options.operator ?? false,
    })
    const member = { org_id: orgId, account_id: account.id, role, created_at: at, created_by: 'test' }
    await trx.insertInto('membership').values(member).execute()
    const opened = await openSession(trx, at, {
      accountId: account.id,
      orgId,
      secondFactorAt: options.secondFactorAt ?? null,
      address: '127.0.0.1',
      userAgent: 'test',
    })
    return { accountId: account.id, secret: opened.secret }
  })
  const context = async (): Promise<Context> =>
    runtime.context({ ...(await runtime.use(sessionCache).find(secret)).actor, address: '127.0.0.1' })
  return { accountId, email, secret, context }
}
