import { endSessions, finishSso, sessionCache, signInWithSso, startSso, type SsoRound } from '#core/accounts/index'
import { Fault } from '#core/kernel/errors'
import type { Runtime } from '#core/kernel/runtime'
import { masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Exchange } from '../exchange.ts'
import { sendText } from '../send.ts'
import { isSecure, sessionCookie, sessionSecretOf } from './cookie.ts'
import { ownOrigin } from './csrf.ts'
import { fromOf } from './from.ts'
import { sessionOf } from './state.ts'

const CALLBACK = '/auth/sso/callback'
/** What the cookie of a round is bound to. */
const ROUND = 'accounts/sso-round'
const cannot = 'nothing can be encrypted'

/** Sends the person to the provider; what must come back is kept, encrypted, in a cookie of this round. */
export async function startRound(exchange: Exchange): Promise<void> {
  const { runtime } = exchange
  const wanted = urlOf(exchange).searchParams.get('return_to')
  const returnTo = ownPath(wanted, originOf(exchange))
  const { url, round } = await startSso(runtime, { redirectUri: originOf(exchange) + CALLBACK, returnTo })
  redirect(exchange, url.href, [roundCookie(runtime, seal(runtime, round), 600)])
}

/** The person is back: whatever went wrong is told on the sign-in page, by a word from a closed list. */
export async function finishRound(exchange: Exchange): Promise<void> {
  const { runtime } = exchange
  const ended = roundCookie(runtime, '', 0)
  try {
    const round = roundOf(exchange)
    const origin = originOf(exchange)
    const claims = await finishSso(runtime, { callback: urlOf(exchange), redirectUri: origin + CALLBACK, round })
    const { secret } = await signInWithSso(runtime, claims, fromOf(exchange))
    // A session that was there before ends: whoever planted it does not share the new one.
    await endCurrent(exchange)
    redirect(exchange, round.returnTo, [ended, sessionCookie(runtime.settings, secret)])
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
    runtime.log.info({ err: thrown.cause ?? thrown, request_id: exchange.requestId }, 'a single sign-on failed')
    redirect(exchange, `/sign-in?error=${wordFor(thrown)}`, [ended])
  }
}

async function endCurrent({ request, runtime }: Exchange): Promise<void> {
  const secret = sessionSecretOf(request, runtime.settings)
  const before = secret === undefined ? undefined : await sessionOf(runtime, secret)
  if (!before) return
  await endSessions(runtime.db, before.session.account_id, runtime.now(), { only: before.session.id })
  runtime.use(sessionCache).forgetAccount(before.session.account_id)
}

function wordFor({ code }: Fault): 'sso_unknown_person' | 'sso_unavailable' | 'sso_failed' {
  if (code === 'forbidden') return 'sso_unknown_person'
  return code === 'unavailable' ? 'sso_unavailable' : 'sso_failed'
}

/** A path of this server and nothing else: what leads anywhere else becomes the first page. */
export function ownPath(wanted: string | null, origin: string): string {
  if (wanted === null || !wanted.startsWith('/') || !URL.canParse(wanted, origin)) return '/'
  const url = new URL(wanted, origin)
  // What the browser will see is looked at, not what was sent: `/\\evil.example` and `/%09/evil` are not paths.
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/'
}

function redirect(exchange: Exchange, location: string, cookies: readonly string[]): void {
  exchange.response.setHeader('Set-Cookie', cookies)
  sendText(exchange.response, 303, '', { ...exchange.headers, Location: location })
}

function originOf({ request, runtime }: Exchange): string {
  const origin = ownOrigin(runtime.settings, request.headers.host)
  if (origin !== undefined) return origin
  throw new Fault('invalid_input', 'Validation failed', { details: ['host: is not a host name'] })
}

function urlOf(exchange: Exchange): URL {
  return new URL(exchange.request.url ?? '/', originOf(exchange))
}

function cookieName(runtime: Runtime): string {
  return isSecure(runtime.settings) ? '__Host-writ_sso' : 'writ_sso'
}

function roundCookie(runtime: Runtime, value: string, maxAge: number): string {
  const secure = isSecure(runtime.settings) ? '; Secure' : ''
  return `${cookieName(runtime)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}

function seal(runtime: Runtime, round: SsoRound): string {
  const masterKey = masterKeyOf(runtime, cannot)
  return sealSecret(Buffer.from(JSON.stringify(round)), masterKey, ROUND).toString('base64url')
}

function roundOf({ request, runtime }: Exchange): SsoRound {
  const name = `${cookieName(runtime)}=`
  const sent = (request.headers.cookie ?? '').split(';').map((part) => part.trim())
  const value = sent.find((part) => part.startsWith(name))?.slice(name.length) ?? ''
  try {
    const masterKey = masterKeyOf(runtime, cannot)
    const opened = openSecret(Buffer.from(value, 'base64url'), masterKey, ROUND, { what: 'The sign-in' })
    return JSON.parse(opened.toString('utf8')) as SsoRound
  } catch (cause) {
    throw new Fault('sign_in_failed', 'This sign-in was not started here; start again.', { cause })
  }
}
