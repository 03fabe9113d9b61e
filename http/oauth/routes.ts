import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Fault } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { addressOf } from '../auth.ts'
import { readJson } from '../body.ts'
import { Refusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { limitAddress } from '../limits.ts'
import { ownAddress } from '../own-address.ts'
import { securityHeaders, sendJson, sendText } from '../send.ts'
import { lookUpUserCode, UserCode } from './device.ts'
import { limitRegistration } from './flood.ts'
import { askedIn, decide, Decision, describe } from './interaction.ts'
import { oauthPaths } from './metadata.ts'
import { actingPersonOf, personOf } from './person.ts'
import { metadataProblem } from './registration.rules.ts'
import { errorPage } from './render-error.ts'
import { oauthServer } from './server.ts'

const MAX_REGISTRATION = 16 * 1024
const UID = /^[\w-]{16,64}$/

type Handler = (call: Call) => Promise<void>

interface Call {
  readonly exchange: Exchange
  readonly base: string
  /** What follows the prefix of the route. */
  readonly rest: string
}

/** Answers what belongs to the authorization server; undefined for every other path. */
export type OAuthRoutes = (exchange: Exchange, path: string) => Promise<void> | undefined

export function oauthRoutes(runtime: Runtime, operations: readonly Operation[]): OAuthRoutes {
  const server = runtime.use(oauthServer)
  server.serve(operations)
  return (exchange, path) => {
    const base = runtime.use(ownAddress).of(exchange.request)
    if (base === undefined) return undefined
    const document = server.documents(base).get(path)
    if (document !== undefined) return sendDocument(exchange, document)
    if (!path.startsWith('/oauth/')) return undefined
    const exact = routes[path]
    if (exact) return run(exact, { exchange, base, rest: '' })
    const [, prefix = '', rest = ''] = /^(\/oauth\/[a-z]+\/)([^/]+)$/.exec(path) ?? []
    const below = routes[prefix]
    return below && UID.test(rest) ? run(below, { exchange, base, rest }) : undefined
  }
}

interface Route {
  readonly methods: readonly string[]
  readonly handler: Handler
}

const routes: Readonly<Record<string, Route | undefined>> = {
  [oauthPaths.authorization]: { methods: ['GET'], handler: authorize },
  [`${oauthPaths.authorization}/`]: { methods: ['GET'], handler: toProvider },
  [oauthPaths.token]: { methods: ['POST'], handler: toProvider },
  [oauthPaths.revocation]: { methods: ['POST'], handler: toProvider },
  [oauthPaths.introspection]: { methods: ['POST'], handler: toProvider },
  [oauthPaths.device_authorization]: { methods: ['POST'], handler: toProvider },
  [oauthPaths.jwks]: { methods: ['GET', 'HEAD'], handler: toProvider },
  [oauthPaths.registration]: { methods: ['POST'], handler: register },
  '/oauth/interaction/': { methods: ['GET', 'POST'], handler: interaction },
  '/oauth/device/lookup': { methods: ['POST'], handler: lookUp },
}

async function run({ methods, handler }: Route, call: Call): Promise<void> {
  const { request, runtime } = call.exchange
  const limits = (await limitAddress(runtime, addressOf(request))) ?? {}
  if (!methods.includes(request.method ?? '')) {
    const allow = methods.join(', ')
    const fault = new Fault('method_not_allowed', `${request.method} is not possible here; use ${allow}.`)
    throw new Refusal(fault, { ...limits, Allow: allow })
  }
  Object.assign(call.exchange.headers, limits)
  await handler(call)
}

function sendDocument({ request, response, headers }: Exchange, document: string): Promise<void> {
  const allowed = request.method === 'GET' || request.method === 'HEAD'
  if (!allowed) throw new Refusal(new Fault('method_not_allowed', 'Use GET, HEAD.'), { Allow: 'GET, HEAD' })
  sendText(response, 200, document, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    // Public, and the same for everybody: a client in a browser may read it.
    'Access-Control-Allow-Origin': '*',
  })
  return Promise.resolve()
}

/** A response other than by query would have to be a page with a script. Nothing is sent back to an address unchecked. */
async function authorize(call: Call): Promise<void> {
  const { request, response, headers } = call.exchange
  const mode = new URL(request.url ?? '/', call.base).searchParams.getAll('response_mode')
  if (mode.every((one) => one === 'query')) return toProvider(call)
  if (!/\btext\/html\b/.test(request.headers.accept ?? '')) {
    const body = { error: 'unsupported_response_mode', error_description: 'response_mode: only query is offered' }
    return sendJson(response, 400, body, headers)
  }
  response.writeHead(303, { ...securityHeaders, ...headers, Location: errorPage('invalid_request') }).end()
}

async function toProvider({ exchange, base }: Call): Promise<void> {
  const { request, response, runtime, headers } = exchange
  const { handle } = await runtime.use(oauthServer).at(base)
  for (const [name, value] of Object.entries({ ...securityHeaders, ...headers })) response.setHeader(name, value)
  const { host, protocol } = new URL(base)
  // Ours, whatever the caller sent: the provider makes addresses from them.
  Object.assign(request.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) })
  await handle(request, response)
}

async function register(call: Call): Promise<void> {
  const { request, response, runtime, headers } = call.exchange
  await limitRegistration(runtime, request)
  const metadata = await readJson(request, MAX_REGISTRATION)
  const sound = metadata !== null && typeof metadata === 'object' && !Array.isArray(metadata)
  const problem = sound
    ? metadataProblem(metadata as Record<string, unknown>)
    : ({ error: 'invalid_client_metadata', description: 'must be a JSON object' } as const)
  if (problem) return sendJson(response, 400, { error: problem.error, error_description: problem.description }, headers)
  await toProvider({ ...call, exchange: { ...call.exchange, request: withBody(request, soundMetadata(metadata)) } })
}

/** RFC 8252: a client whose answers go to loopback or to a scheme of its own is a native one, whether it says so or not. */
function soundMetadata(metadata: unknown): object {
  const given = metadata as { redirect_uris: readonly string[]; application_type?: string }
  const native = given.redirect_uris.some((uri) => !uri.startsWith('https:'))
  return native ? { ...given, application_type: 'native' } : given
}

/** The request again, with a body that was read and checked. */
function withBody(request: IncomingMessage, body: object): IncomingMessage {
  const bytes = Buffer.from(JSON.stringify(body))
  const stream = Readable.from([bytes], { objectMode: false })
  const { method, url, socket } = request
  const headers = { ...request.headers, 'content-type': 'application/json', 'content-length': String(bytes.length) }
  return Object.assign(stream, { method, url, socket, headers, httpVersion: '1.1' }) as unknown as IncomingMessage
}

async function interaction({ exchange, base, rest: uid }: Call): Promise<void> {
  const { request, response, runtime, headers } = exchange
  const page = request.method === 'GET' && (request.url ?? '').endsWith('?page=1')
  if (page) {
    response.writeHead(303, { ...securityHeaders, ...headers, Location: `/consent/${uid}` }).end()
    return
  }
  const { provider } = await runtime.use(oauthServer).at(base)
  if (request.method === 'GET') {
    const person = await personOf(runtime, request)
    return sendJson(response, 200, await describe(await askedIn(runtime, { provider, uid, request }), person), headers)
  }
  const person = await actingPersonOf(runtime, request)
  const asked = await askedIn(runtime, { provider, uid, request })
  const decision = parsed(Decision, await readJson(request))
  sendJson(response, 200, { redirect: await decide(asked, person, decision) }, headers)
}

async function lookUp({ exchange, base }: Call): Promise<void> {
  const { request, response, runtime, headers } = exchange
  const person = await actingPersonOf(runtime, request)
  const { user_code } = parsed(UserCode, await readJson(request))
  const { provider } = await runtime.use(oauthServer).at(base)
  const { uid, cookie } = await lookUpUserCode(runtime, { provider, base }, person, user_code)
  sendJson(response, 200, { uid }, { ...headers, 'Set-Cookie': cookie })
}

function parsed<T>(schema: { safeParse(value: unknown): SafeParsed<T> }, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const details = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || '(body)'}: ${message}`,
  )
  throw new Fault('invalid_input', 'Validation failed', { details })
}

type SafeParsed<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false
      readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }
    }
