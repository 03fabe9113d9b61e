import { z } from 'zod'
import {
  Email,
  endSessions,
  openFor,
  Password,
  PersonName,
  resetPassword,
  SecondFactorCode,
  sessionCache,
  setUp,
  signIn,
  type OpenedSession,
} from '#core/accounts/index'
import { Fault } from '#core/kernel/errors'
import { acceptInvitation, showInvitation } from '#core/members/index'
import { addressOf } from '../auth.ts'
import { readJson } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { limitAddress } from '../limits.ts'
import { sendJson, sendText } from '../send.ts'
import { endedCookie, sessionCookie, sessionSecretOf } from './cookie.ts'
import { assertOwnOrigin, assertOwnRequest } from './csrf.ts'
import { fromOf } from './from.ts'
import { finishRound, startRound } from './sso-routes.ts'
import { sessionOf, stateOf } from './state.ts'

const Token = z.string().min(1).max(128)
const bodies = {
  setup: z.object({
    token: Token,
    email: Email,
    name: PersonName,
    password: Password,
    org_name: z.string().trim().min(1).max(256).optional(),
  }),
  signIn: z.object({ email: Email, password: Password, code: SecondFactorCode.optional() }),
  accept: z.object({
    token: Token,
    email: Email.optional(),
    name: PersonName.optional(),
    password: Password.optional(),
  }),
  reset: z.object({ token: Token, password: Password }),
  org: z.object({ org_id: z.string().min(1).max(64) }),
} as const

type Handler = (exchange: Exchange) => Promise<void>

/** What needs a cookie set or taken, and so is no operation: everything else a page does is. */
export const accountRoutes: ReadonlyMap<string, Handler> = new Map([
  ['GET /auth/state', (exchange) => answerState(exchange, 200)],
  ['POST /auth/setup', setup],
  ['POST /auth/sign-in', enter],
  ['POST /auth/sign-out', leave],
  ['GET /auth/invitation', show],
  ['POST /auth/accept', accept],
  ['POST /auth/reset', reset],
  ['POST /auth/org', switchOrg],
  ['GET /auth/sso/start', startRound],
  ['GET /auth/sso/callback', finishRound],
])

async function setup(exchange: Exchange): Promise<void> {
  assertOwnOrigin(exchange.request, exchange.runtime.settings)
  const { org_name, ...given } = await bodyOf(exchange, bodies.setup)
  const opened = await setUp(exchange.runtime, { ...given, ...fromOf(exchange), orgName: org_name })
  await enterAs(exchange, opened, 201)
}

async function enter(exchange: Exchange): Promise<void> {
  assertOwnOrigin(exchange.request, exchange.runtime.settings)
  const given = await bodyOf(exchange, bodies.signIn)
  // A session that was there before ends: whoever planted it does not share the new one.
  const before = await currentSession(exchange)
  const opened = await signIn(exchange.runtime, { ...given, ...fromOf(exchange), orgId: before?.session.org_id })
  if (before) await end(exchange, before.session.account_id, before.session.id)
  await enterAs(exchange, opened, 200)
}

async function leave(exchange: Exchange): Promise<void> {
  const current = await requireSession(exchange)
  await end(exchange, current.session.account_id, current.session.id)
  exchange.headers['Set-Cookie'] = endedCookie(exchange.runtime.settings)
  sendText(exchange.response, 204, '', exchange.headers)
}

async function show(exchange: Exchange): Promise<void> {
  const url = new URL(exchange.request.url ?? '/', 'http://localhost')
  const token = Token.safeParse(url.searchParams.get('token'))
  if (!token.success) throw invalid(['token: must be given'])
  sendJson(exchange.response, 200, await showInvitation(exchange.runtime, token.data), exchange.headers)
}

async function accept(exchange: Exchange): Promise<void> {
  const { runtime } = exchange
  const current = await currentSession(exchange)
  const { token, ...given } = await bodyOf(exchange, bodies.accept)
  const { address } = fromOf(exchange)
  if (current) {
    assertOwnRequest(exchange.request, runtime.settings, current.secret)
    const joined = await acceptInvitation(runtime, { token, address, accountId: current.session.account_id })
    return rotate(exchange, current, joined.orgId)
  }
  assertOwnOrigin(exchange.request, runtime.settings)
  const person = bodies.accept.omit({ token: true }).required().safeParse(given)
  if (!person.success) throw invalid(['email, name, password: must be given by who is not signed in'])
  const joined = await acceptInvitation(runtime, { token, address, ...person.data })
  const who = { ...fromOf(exchange), accountId: joined.accountId, secondFactorAt: null, orgId: joined.orgId }
  await enterAs(exchange, await openFor(runtime, who), 200)
}

async function reset(exchange: Exchange): Promise<void> {
  assertOwnOrigin(exchange.request, exchange.runtime.settings)
  await resetPassword(exchange.runtime, await bodyOf(exchange, bodies.reset))
  sendText(exchange.response, 204, '', exchange.headers)
}

async function switchOrg(exchange: Exchange): Promise<void> {
  const current = await requireSession(exchange)
  await rotate(exchange, current, (await bodyOf(exchange, bodies.org)).org_id)
}

type Current = NonNullable<Awaited<ReturnType<typeof currentSession>>>

/** A new session that looks at the org, in place of the one there was. */
async function rotate(exchange: Exchange, { session }: Current, orgId: string): Promise<void> {
  const { runtime } = exchange
  const who = { accountId: session.account_id, secondFactorAt: session.second_factor_at, orgId }
  const opened = await openFor(runtime, { ...fromOf(exchange), ...who })
  if (opened.row.member_of !== orgId) {
    await end(exchange, session.account_id, opened.row.id)
    throw new Fault('not_found', 'Organization not found')
  }
  await end(exchange, session.account_id, session.id)
  await enterAs(exchange, opened, 200)
}

async function end({ runtime }: Exchange, accountId: string, sessionId: string): Promise<void> {
  await endSessions(runtime.db, accountId, runtime.now(), { only: sessionId })
  runtime.use(sessionCache).forgetAccount(accountId)
}

async function enterAs(exchange: Exchange, { secret }: OpenedSession, status: number): Promise<void> {
  exchange.headers['Set-Cookie'] = sessionCookie(exchange.runtime.settings, secret)
  sendJson(exchange.response, status, await stateOf(exchange.runtime, secret), exchange.headers)
}

async function answerState(exchange: Exchange, status: number): Promise<void> {
  const secret = sessionSecretOf(exchange.request, exchange.runtime.settings)
  sendJson(exchange.response, status, await stateOf(exchange.runtime, secret), exchange.headers)
}

async function currentSession({ runtime, request }: Exchange) {
  const secret = sessionSecretOf(request, runtime.settings)
  const found = secret === undefined ? undefined : await sessionOf(runtime, secret)
  return found && secret !== undefined ? { ...found, secret } : undefined
}

async function requireSession(exchange: Exchange): Promise<Current> {
  const current = await currentSession(exchange)
  if (!current) throw new Fault('unauthenticated', 'You are not signed in.')
  assertOwnRequest(exchange.request, exchange.runtime.settings, current.secret)
  return current
}

async function bodyOf<S extends z.ZodObject>({ request }: Exchange, schema: S): Promise<z.output<S>> {
  const parsed = schema.safeParse(await readJson(request, 64 * 1024))
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || '(body)'}: ${issue.message}`))
}

function invalid(details: readonly string[]): Fault {
  return new Fault('invalid_input', 'Validation failed', { details })
}

/** Answers what is under /auth/. Calls are counted per address like others without a key. */
export async function answerAccountRoute(exchange: Exchange, path: string): Promise<void> {
  const limits = (await limitAddress(exchange.runtime, addressOf(exchange.request))) ?? {}
  Object.assign(exchange.headers, limits)
  const method = exchange.request.method === 'HEAD' ? 'GET' : (exchange.request.method ?? 'GET')
  const handler = accountRoutes.get(`${method} ${path}`)
  if (handler) return handler(exchange)
  const methods = ['GET', 'POST'].filter((one) => accountRoutes.has(`${one} ${path}`))
  if (methods.length === 0) throw new Fault('not_found', 'There is nothing at this path.')
  exchange.headers['Allow'] = methods.join(', ')
  throw new Fault('method_not_allowed', `Use ${methods.join(' or ')} here.`)
}
