import { Fault } from '../kernel/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { verifyPassword } from './password.ts'
import { takeSecondFactor } from './second-factor.ts'
import { openSession, type OpenedSession } from './sessions.ts'
import { findByEmail, orgsOf } from './store.ts'
import { countAttempt, forgetAttempt } from './throttle.ts'

export interface From {
  /** The address, as a block of addresses that one host owns. */
  readonly address: string
  readonly userAgent: string | null
}

export interface SignIn extends From {
  readonly email: string
  readonly password: string
  readonly code?: string | undefined
  /** The org to look at, when the person belongs to it; else the one they joined last. */
  readonly orgId?: string | undefined
  readonly days?: number | undefined
}

/**
 * Opens a session. Every failure of address or password is told in the same words after the same work. A missing second
 * factor is told only to who knew the password.
 */
export async function signIn(runtime: Runtime, given: SignIn): Promise<OpenedSession> {
  const attempt = await countAttempt(runtime.db, given, runtime.now())
  const account = await findByEmail(runtime.db, given.email)
  const holds = await verifyPassword(account?.password_hash ?? null, given.password)
  if (!account || !holds || account.disabled_at !== null) throw failed()
  let secondFactorAt: Date | null = null
  if (account.totp_confirmed_at !== null) {
    if (given.code === undefined) {
      // Right so far and not a guess: the step that asks for the code is not held against the person.
      await forgetAttempt(runtime.db, attempt)
      throw new Fault('second_factor_required', 'Give the code of your authenticator app, or a recovery code.')
    }
    if (!(await takeSecondFactor(runtime, account, given.code))) throw failed('The code is wrong or was used.')
    secondFactorAt = runtime.now()
  }
  const opened = await openFor(runtime, { ...given, accountId: account.id, secondFactorAt })
  await forgetAttempt(runtime.db, attempt)
  return opened
}

/** A session for a person who has just proved who they are. */
export async function openFor(
  runtime: Runtime,
  who: From & Pick<SignIn, 'orgId' | 'days'> & { readonly accountId: string; readonly secondFactorAt: Date | null },
): Promise<OpenedSession> {
  const orgs = await orgsOf(runtime.db, who.accountId)
  const org = orgs.find(({ org_id }) => org_id === who.orgId) ?? orgs[0]
  if (!org) throw new Fault('forbidden', 'You belong to no organization any more. Ask for an invitation.')
  return openSession(runtime.db, runtime.now(), {
    accountId: who.accountId,
    orgId: org.org_id,
    secondFactorAt: who.secondFactorAt,
    address: who.address,
    userAgent: who.userAgent,
    days: who.days,
  })
}

function failed(sentence = 'The e-mail address or the password is wrong.'): Fault {
  return new Fault('sign_in_failed', sentence)
}
