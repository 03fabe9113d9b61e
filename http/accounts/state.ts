import { hasAccounts, orgsOf, sessionCache, type FoundSession } from '#core/accounts/index'
import { snapshots } from '#core/guard/index'
import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { csrfTokenOf } from './csrf.ts'

/** What a page has to know to draw itself. */
export interface State {
  readonly setup_needed: boolean
  /** The external provider people may sign in with. */
  readonly sso: { readonly name: string } | null
  readonly session: SessionState | null
}

export interface SessionState {
  readonly user: { readonly id: string; readonly email: string; readonly name: string }
  readonly org: { readonly org_id: string; readonly name: string }
  readonly role: string
  readonly scopes: readonly string[]
  readonly orgs: readonly { readonly org_id: string; readonly name: string; readonly role: string }[]
  readonly csrf: string
  readonly second_factor: { readonly enabled: boolean; readonly verified: boolean; readonly required: boolean }
}

export async function stateOf(runtime: Runtime, secret: string | undefined): Promise<State> {
  const { sso_issuer, sso_name } = runtime.settings
  const sso = sso_issuer === undefined ? null : { name: sso_name ?? new URL(sso_issuer).hostname }
  const found = secret === undefined ? undefined : await sessionOf(runtime, secret)
  if (!found || secret === undefined) return { setup_needed: !(await hasAccounts(runtime.db)), sso, session: null }
  return { setup_needed: false, sso, session: await told(runtime, found, secret) }
}

/** The session behind a cookie; undefined when it has ended. */
export async function sessionOf(runtime: Runtime, secret: string) {
  try {
    return await runtime.use(sessionCache).find(secret)
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'unauthenticated') return undefined
    throw thrown
  }
}

type Found = NonNullable<Awaited<ReturnType<typeof sessionOf>>>

async function told(runtime: Runtime, { session, actor }: Found, secret: string): Promise<SessionState> {
  const { settings } = await runtime.use(snapshots).current(session.org_id)
  return {
    user: { id: session.account_id, email: session.email, name: session.name },
    org: { org_id: session.org_id, name: session.org_name },
    role: session.role,
    scopes: [...actor.scopes].toSorted(),
    orgs: await orgsOf(runtime.db, session.account_id),
    csrf: csrfTokenOf(secret),
    second_factor: secondFactor(session, settings.require_second_factor),
  }
}

function secondFactor(session: FoundSession, required: boolean): SessionState['second_factor'] {
  return { enabled: session.second_factor, verified: session.second_factor_at !== null, required }
}
