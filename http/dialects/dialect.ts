import type { IncomingMessage } from 'node:http'
import { Router, type ErrorRequestHandler, type Request } from 'express'
import type { z } from 'zod'
import type { Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { refuseHostile } from '#core/kernel/hostile'
import { invoke } from '#core/kernel/invoke'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import { authenticate, contextOf, publicCaller, type Caller } from '../answer.ts'
import { addressOf, type Credentials } from '../auth.ts'
import { readJson } from '../body.ts'
import { Refusal, toFault } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { bySpecificity, frameworkPath, shapeOf } from '../paths.rules.ts'
import { sendJson, type Headers } from '../send.ts'

/** What one route of a dialect has to work with. */
export interface Call {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON that was sent; `{}` for none. */
  readonly body: unknown
  readonly context: Context
  readonly userAgent: string | null
  /** Runs an operation as the caller: every check that its own adapter makes is made here too. */
  readonly run: <I extends z.ZodObject, O extends z.ZodType>(
    op: Operation<I, O>,
    input: z.input<I>,
  ) => Promise<z.output<O>>
}

export interface Reply {
  readonly status: number
  /** Absent: an answer without a body. */
  readonly body?: unknown
  readonly headers?: Headers
}

export interface DialectRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** Below the dialect's base path; `{field}` segments are parameters. */
  readonly path: string
  /** Nobody has to say who they are. */
  readonly public?: true
  /** Bytes of a body, unpacked; 2 MiB when absent. */
  readonly maxBytes?: number
  /** A batch may be sent, whose entries are refused one by one: the body is not looked at as a whole. */
  readonly itemwise?: true
  answer(call: Call): Promise<Reply>
}

/** The wire of another product over Writ's own operations. */
export interface Dialect {
  readonly base: string
  /** Where its clients put the key. Throws the 401 when there is none. */
  credentials(request: IncomingMessage): Credentials
  /** Its own shape of an error. */
  error(fault: Fault, requestId: string): unknown
  /** Statuses that its document has otherwise. */
  status?(fault: Fault): number
  /** Limits that its document has, with the headers of every answer. Each throws the 429. */
  readonly limits?: {
    calls(runtime: Runtime, caller: Caller): Promise<Headers>
    /** Of a call whose credential is missing or wrong. */
    strangers(runtime: Runtime, address: string): Promise<Headers>
  }
  readonly routes: readonly DialectRoute[]
}

/** Problems as sentences `field: what`, the fields in the names of the dialect. */
export function inTheirNames(problems: string, names: Readonly<Record<string, string>>): string {
  return problems.replaceAll(/(^|; )(\w+)(?=[:.[])/g, (whole, start: string, name: string) =>
    Object.hasOwn(names, name) ? `${start}${names[name]}` : whole,
  )
}

type ExchangeOf = (request: Request) => Exchange

export function dialectRouter({ routes, ...dialect }: Dialect, exchangeOf: ExchangeOf): Router {
  const router = Router({ caseSensitive: true })
  const methods = new Map<string, { path: string; allowed: Set<string> }>()
  const refuse = (request: Request, fault: Fault | Refusal): Promise<void> =>
    told(dialect, exchangeOf(request), () => {
      throw fault
    })(true)
  for (const route of routes.toSorted((a, b) => bySpecificity(a.path, b.path))) {
    const path = `${dialect.base}${route.path}`
    router[route.method](frameworkPath(path), (request) =>
      told(dialect, exchangeOf(request), (caller) =>
        answerRoute(route, exchangeOf(request), caller, request.params as Record<string, string>),
      )(route.public === true),
    )
    const known = methods.get(shapeOf(path)) ?? { path, allowed: new Set() }
    methods.set(shapeOf(path), known)
    known.allowed.add(route.method.toUpperCase())
  }
  for (const { path, allowed } of methods.values()) {
    const allow = [...allowed].toSorted().join(', ')
    router.all(frameworkPath(path), (request) => {
      const fault = new Fault('method_not_allowed', `${request.method} is not possible here; use ${allow}.`)
      return refuse(request, new Refusal(fault, { Allow: allow }))
    })
  }
  router.use(dialect.base, (request) => refuse(request, new Fault('not_found', 'There is nothing at this path.')))
  const undecodable: ErrorRequestHandler = (thrown: unknown, request, _response, next) => {
    if (!(thrown instanceof URIError)) return next(thrown)
    return refuse(request, new Fault('invalid_input', 'The path cannot be decoded.'))
  }
  router.use(dialect.base, undecodable)
  return router
}

type Words = Omit<Dialect, 'routes'>

/** Answers in the dialect, whatever happens. */
function told(dialect: Words, exchange: Exchange, work: (caller: Caller) => Promise<Reply>) {
  return async (isPublic: boolean): Promise<void> => {
    const { response, request, headers, requestId, runtime } = exchange
    let limits: Headers = {}
    try {
      const caller = await (isPublic
        ? publicCaller(exchange)
        : authenticate(exchange, { credentials: () => dialect.credentials(request) }))
      limits = { ...caller.limits, ...(await dialect.limits?.calls(runtime, caller)) }
      const { status, body, headers: own } = await work(caller)
      const all = { ...headers, ...limits, ...own }
      if (body === undefined) response.writeHead(status, all).end()
      else sendJson(response, status, body, all)
    } catch (first) {
      const thrown = await counted(dialect, exchange, first)
      const own = thrown instanceof Refusal ? inEpoch(dialect, thrown.headers, runtime) : {}
      const fault = toFault(thrown instanceof Refusal ? thrown.fault : thrown)
      if (fault.code === 'internal') runtime.log.error({ err: thrown, request_id: requestId }, 'a dialect failed')
      const retry = fault.retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(fault.retryAfter)) }
      const status = dialect.status?.(fault) ?? fault.status
      sendJson(response, status, dialect.error(fault, requestId), { ...headers, ...limits, ...own, ...retry })
    }
  }
}

/** A dialect that has limits tells their end as a time; Writ's own limits tell the seconds until then. */
function inEpoch({ limits }: Words, headers: Headers, { now }: Runtime): Headers {
  const reset = Number(headers['X-RateLimit-Reset'] ?? Number.NaN)
  if (limits === undefined || !(reset < 1e9)) return headers
  return { ...headers, 'X-RateLimit-Reset': String(Math.ceil(now().getTime() / 1000) + reset) }
}

/** A call without a valid credential, with the headers of the limit that it used up a part of. */
async function counted({ limits }: Words, { runtime, request }: Exchange, thrown: unknown): Promise<unknown> {
  if (limits === undefined || !(thrown instanceof Refusal) || thrown.fault.code !== 'unauthenticated') return thrown
  try {
    const headers = await limits.strangers(runtime, addressOf(request))
    return new Refusal(thrown.fault, { ...thrown.headers, ...headers })
  } catch (refused) {
    return refused
  }
}

async function answerRoute(
  route: DialectRoute,
  exchange: Exchange,
  caller: Caller,
  params: Readonly<Record<string, string>>,
): Promise<Reply> {
  const { request } = exchange
  const body = route.method === 'get' ? {} : await readJson(request, route.maxBytes)
  if (!route.itemwise) refuseHostile(body)
  const context = contextOf(exchange, caller)
  const query = new URL(request.url ?? '/', 'http://dialect').searchParams
  return route.answer({
    params,
    query,
    body,
    context,
    userAgent: request.headers['user-agent'] ?? null,
    run: (op, input) => invoke(op as unknown as Operation, context, input) as never,
  })
}
