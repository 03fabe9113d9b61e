import { z } from 'zod'
import { Email, Password, registerPerson, SecondFactorCode, sessionCache, signIn } from '#core/accounts/index'
import type { Call, Reply } from '../dialect.ts'
import { addressBlock } from '../../limits.ts'
import { parsed } from './fields.ts'

const TOKEN_DAYS = 7
const Registering = z.object({ email: Email, password: Password })
const Entering = Registering.extend({ code: SecondFactorCode.optional().describe('Of who has a second factor') })

const addressOf = ({ context }: Call): string => addressBlock(context.actor.address ?? 'unknown')

export async function register(call: Call): Promise<Reply> {
  const { email, password } = parsed(Registering, call.body)
  const account = await registerPerson(call.context.runtime, { email, password, address: addressOf(call) })
  const user = { id: account.id, email: account.email, createdAt: account.created_at.toISOString() }
  return { status: 201, body: { user } }
}

/** The token is the secret of a session: it ends with a new password or when a person ends the session. */
export async function login(call: Call): Promise<Reply> {
  const { runtime } = call.context
  const given = parsed(Entering, call.body)
  const from = { address: addressOf(call), userAgent: call.userAgent }
  const { secret } = await signIn(runtime, { ...given, ...from, days: TOKEN_DAYS })
  const { session } = await runtime.use(sessionCache).find(secret)
  return { status: 200, body: { token: secret, user: { id: session.account_id, email: session.email } } }
}
