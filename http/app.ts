import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Actor } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { uuidv7 } from '#core/kernel/id'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { answerAccountRoute } from './accounts/routes.ts'
import type { Scope } from '#core/kernel/scope'
import { answer, authenticate, publicCaller } from './answer.ts'
import { dialects } from './dialects/index.ts'
import { dialectRouter } from './dialects/dialect.ts'
import { downloadsRouter } from './downloads.ts'
import type { Exchange } from './exchange.ts'
import { Refusal, sendError } from './errors.ts'
import type { EventSources } from './broadcast.ts'
import { EventStreams } from './events.ts'
import type { Upgrades } from './listen.ts'
import { hostRules, isAllowedHost, isAllowedOrigin, type HostRules } from './hosts.rules.ts'
import { stepUp } from './oauth/challenge.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { openApiDocument } from './openapi.ts'
import { otlpRouter } from './otlp/routes.ts'
import type { Pages } from './pages.ts'
import { fieldsOf, pathsOf } from './paths.rules.ts'
import { noteForwarded } from './auth.ts'
import { parseTrustedProxies } from './proxies.rules.ts'
import { otherMethod, restRouter } from './rest.ts'
import { securityHeaders, sendText } from './send.ts'
import { telegramRouter } from './telegram.ts'
import { openSocket, plainResponse } from './upgrade.ts'

/** Serves MCP on one request whose caller is known; reads the body itself. */
export type McpListener = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: {
    readonly actor: Actor
    readonly requestId: string
    readonly identityToken?: string
    readonly stepUp: (missing: Scope) => string | undefined
  },
) => Promise<void>

export interface AppParts {
  readonly operations: readonly Operation[]
  readonly version: string
  readonly events: EventSources
  readonly mcp?: McpListener
  readonly pages?: Pages
  /** Folder of the clients' bundles, where it is not the one of the build; null for none. */
  readonly downloads?: string | null
}

export interface App {
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrades: Upgrades
  /** From now on every answer closes its connection, and open event streams end. */
  drain(): void
}

const MCP_PATHS = new Set(['/mcp', '/api/mcp'])

export function createApp(runtime: Runtime, parts: AppParts): App {
  const rules = hostRules(runtime.settings)
  const proxies = parseTrustedProxies(runtime.settings.trusted_proxies)
  const exchanges = new WeakMap<IncomingMessage, Exchange>()
  const streams = new EventStreams(runtime, parts.events)
  const framework = createFramework(parts, streams, (request) => exchanges.get(request) ?? lost())
  const hot = hotPaths(parts.operations)
  const oauth = oauthRoutes(runtime, parts.operations)
  let draining = false

  const route = async (exchange: Exchange): Promise<void> => {
    const { request, headers } = exchange
    if (draining) headers['Connection'] = 'close'
    guardAgainstRebinding(rules, request)
    if (rules.origins.size > 0) allowOrigin(rules, request, headers)
    const path = pathOf(request)
    const op = request.method === 'POST' ? hot.get(path) : undefined
    if (op) return answer(exchange, op, {})
    if (request.method === 'OPTIONS') return answerOptions(exchange)
    if (path.startsWith('/auth/')) return answerAccountRoute(exchange, path)
    if (parts.mcp && MCP_PATHS.has(path)) return serveMcp(exchange, parts.mcp)
    const answered = oauth(exchange, path)
    if (answered) return answered
    if (parts.pages?.serve(exchange, path)) return
    exchanges.set(request, exchange)
    framework(request, exchange.response)
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const requestId = requestIdOf(request)
    noteForwarded(request, proxies)
    const exchange: Exchange = { runtime, request, response, requestId, headers: { 'X-Request-Id': requestId } }
    route(exchange).catch((thrown: unknown) => {
      logUnexpected(runtime, thrown, requestId)
      sendError(exchange, thrown)
    })
  }
  const upgrade: Upgrades['upgrade'] = (request, wire, head) => {
    noteForwarded(request, proxies)
    // A Node that cannot choose by path upgrades everywhere.
    if (isSocketPath(request)) serveSocket(runtime, { request, wire, head, rules, streams })
    else listener(request, plainResponse(request, wire))
  }
  return {
    listener,
    upgrades: { at: isSocketPath, upgrade },
    drain: () => {
      draining = true
      streams.close()
    },
  }
}

const isSocketPath = (request: IncomingMessage): boolean => pathOf(request) === '/ws'

interface SocketWish {
  readonly request: IncomingMessage
  readonly wire: Duplex
  readonly head: Buffer
  readonly rules: HostRules
  readonly streams: EventStreams
}

function serveSocket(runtime: Runtime, { request, wire, head, rules, streams }: SocketWish): void {
  const requestId = requestIdOf(request)
  const response = plainResponse(request, wire)
  const exchange: Exchange = { runtime, request, response, requestId, headers: { 'X-Request-Id': requestId } }
  const open = async (): Promise<void> => {
    guardAgainstRebinding(rules, request)
    await openSocket(exchange, head, streams)
  }
  open().catch((thrown: unknown) => {
    logUnexpected(runtime, thrown, requestId)
    if (response.socket === null) wire.destroy()
    else sendError(exchange, thrown)
  })
}

function hotPaths(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  const hot = operations.filter((op) => op.rest.hot)
  const odd = hot.find((op) => op.rest.method !== 'post' || pathsOf(op).some((path) => fieldsOf(path).length > 0))
  if (odd) throw new Error(`${odd.name}: a hot operation is a POST at paths without fields.`)
  return new Map(hot.flatMap((op) => pathsOf(op).map((path) => [path, op] as const)))
}

function createFramework(
  { operations, version, downloads }: AppParts,
  streams: EventStreams,
  exchangeOf: (request: IncomingMessage) => Exchange,
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  let description: string | undefined
  const sendDescription = async (exchange: Exchange): Promise<void> => {
    const { limits } = await publicCaller(exchange)
    description ??= JSON.stringify(openApiDocument(operations, version))
    const type = { 'Content-Type': 'application/json; charset=utf-8' }
    sendText(exchange.response, 200, description, { ...exchange.headers, ...type, ...limits })
  }
  app.get('/api/openapi.json', (request) => sendDescription(exchangeOf(request)))
  app.get('/api/stream', (request) => {
    const exchange = exchangeOf(request)
    return authenticate(exchange).then((caller) => streams.serve(exchange, caller))
  })
  app.all(['/api/openapi.json', '/api/stream'], otherMethod(exchangeOf, ['GET', 'HEAD']))
  app.get('/ws', (request) => noSocket(exchangeOf(request)))
  app.use(downloadsRouter(exchangeOf, downloads))
  app.use(restRouter(operations, exchangeOf))
  app.use(telegramRouter(exchangeOf))
  app.use(otlpRouter(exchangeOf))
  for (const dialect of dialects) app.use(dialectRouter(dialect, exchangeOf))
  app.use((request) => nothingHere(exchangeOf(request)))
  const onError: ErrorRequestHandler = (thrown: unknown, request, _response, _next) => {
    const exchange = exchangeOf(request)
    logUnexpected(exchange.runtime, thrown, exchange.requestId)
    sendError(exchange, isBadPath(thrown) ? new Fault('invalid_input', 'The path cannot be decoded.') : thrown)
  }
  app.use(onError)
  return app
}

async function noSocket(exchange: Exchange): Promise<never> {
  const { limits } = await publicCaller(exchange)
  const fault = new Fault('upgrade_required', 'Events are told here over a WebSocket.')
  throw new Refusal(fault, { ...limits, Upgrade: 'websocket' })
}

async function nothingHere(exchange: Exchange): Promise<never> {
  const { limits } = await publicCaller(exchange)
  throw new Refusal(new Fault('not_found', 'There is nothing at this path.'), limits)
}

async function serveMcp(exchange: Exchange, mcp: McpListener): Promise<void> {
  const { actor, limits, credentials } = await authenticate(exchange, { cookies: false })
  const token = credentials?.kind === 'key' ? credentials.identityToken : undefined
  const headers = Object.entries({ ...securityHeaders, ...exchange.headers, ...limits })
  for (const [name, value] of headers) exchange.response.setHeader(name, value)
  const { request, response, runtime, requestId } = exchange
  const identity = token === undefined ? {} : { identityToken: token }
  const more = (missing: Scope): string | undefined => stepUp(runtime, request, actor, missing)
  await mcp(request, response, { actor, requestId, stepUp: more, ...identity })
}

function guardAgainstRebinding(rules: HostRules, request: IncomingMessage): void {
  if (!isAllowedHost(rules, request.headers.host)) throw new Fault('forbidden', 'Invalid Host header.')
  if (!isAllowedOrigin(rules, request.headers.origin)) throw new Fault('forbidden', 'Invalid Origin header.')
}

function allowOrigin({ origins }: HostRules, { headers }: IncomingMessage, answer: Record<string, string>): void {
  answer['Vary'] = 'Origin'
  if (headers.origin === undefined || !origins.has(headers.origin)) return
  answer['Access-Control-Allow-Origin'] = headers.origin
  answer['Access-Control-Expose-Headers'] =
    'X-Request-Id, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Link, Mcp-Session-Id'
}

function answerOptions({ response, headers }: Exchange): void {
  response.writeHead(204, {
    ...securityHeaders,
    ...headers,
    'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    'Access-Control-Allow-Headers':
      'Content-Type, x-api-key, X-ClaWatch-Key, X-CSRF-Token, Authorization, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, X-Writ-Agent-Id, X-Writ-Client, X-Writ-Toolsets',
    'Access-Control-Max-Age': '86400',
  })
  response.end()
}

function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${uuidv7()}`
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** The framework's router could not decode a field of the path. */
function isBadPath(thrown: unknown): boolean {
  return thrown instanceof URIError
}

/** What `invoke` throws it has logged; anything else that is no refusal is a defect here. */
function logUnexpected(runtime: Runtime, thrown: unknown, requestId: string): void {
  if (thrown instanceof Fault || thrown instanceof Refusal || isBadPath(thrown)) return
  runtime.log.error({ err: thrown, request_id: requestId }, 'a request failed outside any operation')
}

function lost(): never {
  throw new Error('The framework asks about a request it was not given.')
}
