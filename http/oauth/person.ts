import type { IncomingMessage } from 'node:http'
import { sessionCache } from '#core/accounts/index'
import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { unauthenticated } from '#core/keys/index'
import { sessionSecretOf } from '../accounts/cookie.ts'
import { assertOwnRequest } from '../accounts/csrf.ts'
import { addressOf } from '../auth.ts'

/** Who is signed in at the browser behind a request. */
export interface Person {
  readonly accountId: string
  readonly email: string
  /** The org their session looks at. */
  readonly orgId: string
  readonly secondFactorAt: Date | null
  readonly address: string
}

/** The person behind a request's cookie; the 401 without one. */
export async function personOf(runtime: Runtime, request: IncomingMessage): Promise<Person> {
  const secret = sessionSecretOf(request, runtime.settings)
  if (secret === undefined) throw new Fault('unauthenticated', 'You are not signed in.')
  const { session, actor } = await runtime.use(sessionCache).find(secret)
  // Read anew, not from the cache: what is allowed here outlives the session.
  if (actor.stillValid && !(await actor.stillValid(runtime.db, runtime.now()))) throw unauthenticated()
  const { account_id, email, org_id, second_factor_at } = session
  const address = addressOf(request)
  return { accountId: account_id, email, orgId: org_id, secondFactorAt: second_factor_at, address }
}

/** The same for a request that changes something, which a page of this server's own must have sent: the 403 otherwise. */
export async function actingPersonOf(runtime: Runtime, request: IncomingMessage): Promise<Person> {
  const person = await personOf(runtime, request)
  assertOwnRequest(request, runtime.settings, sessionSecretOf(request, runtime.settings) ?? '')
  return person
}
