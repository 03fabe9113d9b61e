import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor, Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { invoke } from '#core/kernel/invoke'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { sessionCache } from '#core/accounts/index'
import type { Scope } from '#core/kernel/scope'
import { keyCache } from '#core/keys/index'
import { assertOwnRequest, isUnsafe } from './accounts/csrf.ts'
import { addressOf, challenge, credentialsOf, nobody, type Credentials } from './auth.ts'
import { readJson } from './body.ts'
import { Refusal, sendError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { limitAddress, limitCaller, limitLookUp } from './limits.ts'
import { stepUp, tokenHints } from './oauth/challenge.ts'
import { actorOfToken, actorOfTokenNow, isKnownToken } from './oauth/verify.ts'
import { queryInput } from './query.rules.ts'
import { sendJson, type Headers } from './send.ts'

export interface Caller {
  readonly actor: Actor
  readonly credentials?: Credentials
  readonly limits: Headers
}

/** Answers one call of an operation. Both roads, the listener's own and the framework's, end here. */
export async function answer(
  exchange: Exchange,
  op: Operation,
  params: Readonly<Record<string, string>>,
): Promise<void> {
  const { request, response, headers } = exchange
  const started = performance.now()
  let limits: Headers = {}
  let actor: Actor | undefined
  try {
    const caller = await (op.scope === 'public' ? publicCaller(exchange) : authenticate(exchange))
    limits = caller.limits
    actor = caller.actor
    const query = queryInput(op, searchOf(request))
    const body = op.rest.method === 'get' ? {} : await readJson(request, op.rest.maxBytes)
    const input = isRecord(body) ? { ...query, ...body, ...params } : body
    const output = await invoke(op, contextOf(exchange, caller, op.rest.hot), input)
    const timing = op.rest.hot ? { 'Server-Timing': `writ;dur=${(performance.now() - started).toFixed(2)}` } : {}
    sendJson(response, op.rest.status?.(output) ?? 200, output, { ...headers, ...limits, ...timing })
  } catch (thrown) {
    sendError(exchange, thrown, { ...limits, ...moreScope(exchange, actor, thrown) })
  }
}

/** A client whose person could allow more is told so. */
function moreScope({ runtime, request }: Exchange, actor: Actor | undefined, thrown: unknown): Headers {
  if (actor?.kind !== 'grant' || !(thrown instanceof Fault) || thrown.code !== 'forbidden') return {}
  const challenge = stepUp(runtime, request, actor, thrown.data?.['required_scope'] as Scope)
  return challenge === undefined ? {} : { 'WWW-Authenticate': challenge }
}

interface Reading {
  readonly cookies?: boolean
  /** How the credential is found, where that is not Writ's own way; then none comes by a cookie. */
  readonly credentials?: () => Credentials
}

/** The caller by the request's credential. A failed attempt counts against the address. */
export async function authenticate({ runtime, request }: Exchange, reading: Reading = {}): Promise<Caller> {
  try {
    const credentials = reading.credentials?.() ?? credentialsOf(request, runtime.settings, reading.cookies ?? true)
    const address = addressOf(request)
    if (reading.credentials === undefined && credentials.kind === 'session' && isUnsafe(request)) {
      assertOwnRequest(request, runtime.settings, credentials.secret)
    }
    const known = actorOf(runtime, credentials, address)
    const actor = { ...(known instanceof Promise ? await known : known), address }
    const limits = limitCaller(runtime, actor)
    return { actor, credentials, limits: (limits instanceof Promise ? await limits : limits) ?? {} }
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'unauthenticated') throw thrown
    const limits = await limitAddress(runtime, addressOf(request))
    throw new Refusal(thrown, { ...limits, 'WWW-Authenticate': challenge(request, tokenHints(runtime, request)) })
  }
}

/**
 * Who a credential stands for now; a 401 otherwise. Without a promise when the key was read a moment ago, which is what
 * a busy caller meets.
 */
export function actorOf(runtime: Runtime, credentials: Credentials, address: string): Actor | Promise<Actor> {
  if (credentials.kind === 'session') {
    return limitLookUp(runtime, address, async () => (await runtime.use(sessionCache).find(credentials.secret)).actor)
  }
  if (credentials.kind === 'token') return actorOfBearer(runtime, credentials.token, address)
  const { key } = credentials
  const cache = runtime.use(keyCache)
  const now = cache.actorNow(key)
  if (now) return now
  return cache.knows(key) ? cache.actorOf(key) : limitLookUp(runtime, address, () => cache.actorOf(key))
}

/** A token not seen before costs a signature check, so an address that sends bad ones gets few. */
function actorOfBearer(runtime: Runtime, jwt: string, address: string): Actor | Promise<Actor> {
  const now = actorOfTokenNow(runtime, jwt)
  if (now) return now
  const verify = (): Promise<Actor> => actorOfToken(runtime, jwt)
  return isKnownToken(runtime, jwt) ? verify() : limitLookUp(runtime, address, verify)
}

export async function publicCaller({ runtime, request }: Exchange): Promise<Caller> {
  const address = addressOf(request)
  return { actor: { ...nobody, address }, limits: (await limitAddress(runtime, address)) ?? {} }
}

/** A hot operation keeps its own deadline and ends in milliseconds; the rest stop when nobody waits any more. */
export function contextOf({ runtime, response, requestId }: Exchange, caller: Caller, hot = false): Context {
  const signal = hot ? never : signalOf(response)
  const context = runtime.context(caller.actor, { signal, requestId })
  const identityToken = caller.credentials?.kind === 'key' ? caller.credentials.identityToken : undefined
  return identityToken === undefined ? context : { ...context, identityToken }
}

const never = new AbortController().signal

function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  const hungUp = (): void => {
    if (!response.writableFinished) controller.abort(new Fault('gone', 'The caller hung up before the answer.'))
  }
  // Who hung up while the body was read is not told of again.
  if (response.destroyed) hungUp()
  else response.on('close', hungUp)
  return controller.signal
}

function searchOf({ url = '' }: IncomingMessage): string {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
