import { Router } from 'express'
import type { z } from 'zod'
import { Fault } from '#core/kernel/errors'
import { invoke } from '#core/kernel/invoke'
import type { Operation } from '#core/kernel/operation'
import type { Scope } from '#core/kernel/scope'
import { collect, MAX_EVENTS } from '#core/telemetry/collect.op'
import { authenticate, contextOf, type Caller } from '../answer.ts'
import { readBytes } from '../body.ts'
import { Refusal, toFault } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import { otherMethod, type ExchangeOf } from '../rest.ts'
import { sendText, type Headers } from '../send.ts'
import { failure, success, type Outcome } from './answer.rules.ts'
import type { Read, Signal } from './emitter.rules.ts'
import { Logs, readLogs } from './logs.rules.ts'
import { Metrics, readMetrics } from './metrics.rules.ts'
import { readSpans, Traces } from './spans.rules.ts'
import { contentTypes, decode, encodingOf, type Encoding } from './wire.ts'

const MAX_BYTES = 16 * 1024 * 1024

type Reader = (bytes: Buffer, encoding: Encoding, bound: boolean) => Read

const signals: Readonly<Record<Signal, Reader>> = {
  traces: (bytes, encoding, bound) => readSpans(parsed(Traces, decode(bytes, encoding, 'Traces')), bound),
  metrics: (bytes, encoding, bound) => readMetrics(parsed(Metrics, decode(bytes, encoding, 'Metrics')), bound),
  logs: (bytes, encoding, bound) => readLogs(parsed(Logs, decode(bytes, encoding, 'Logs')), bound),
}

/** OTLP/HTTP at its standard paths, so that an exporter needs the address of the server and a key alone. */
export function otlpRouter(exchangeOf: ExchangeOf): Router {
  const router = Router({ caseSensitive: true })
  for (const [signal, read] of Object.entries(signals) as [Signal, Reader][]) {
    router.post(`/v1/${signal}`, (request) => answerExport(exchangeOf(request), signal, read))
    router.all(`/v1/${signal}`, otherMethod(exchangeOf, ['POST']))
  }
  return router
}

async function answerExport(exchange: Exchange, signal: Signal, read: Reader): Promise<void> {
  const { request, response, runtime, requestId } = exchange
  const encoding = encodingOf(request.headers['content-type'])
  const send = (status: number, body: Buffer, more: Headers): void =>
    sendText(response, status, body, {
      ...exchange.headers,
      ...more,
      'Content-Type': contentTypes[encoding ?? 'json'],
    })
  let limits: Headers = {}
  try {
    const caller = await authenticate(exchange, { cookies: false })
    limits = caller.limits
    if (!caller.actor.scopes.has(collect.scope as Scope))
      throw new Fault('forbidden', `This needs the scope ${collect.scope}.`)
    if (encoding === undefined) throw unknownEncoding(request.headers['content-type'] ?? '')
    const bytes = await readBytes(request, MAX_BYTES)
    const outcome = await take(exchange, caller, read(bytes, encoding, caller.actor.agentId !== null))
    send(200, success(signal, outcome, encoding), limits)
  } catch (thrown) {
    const fault = toFault(thrown instanceof Refusal ? thrown.fault : thrown)
    if (fault.code === 'internal') runtime.log.error({ err: thrown, request_id: requestId }, 'an export failed')
    const retry = fault.retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(fault.retryAfter)) }
    const own = thrown instanceof Refusal ? thrown.headers : {}
    const status = fault.data?.['media_type'] === true ? 415 : fault.status
    send(status, failure(fault, encoding ?? 'json'), { ...limits, ...own, ...retry })
  }
}

/** In pieces of what one call takes. A piece that fails fails the whole: it is sent again, and what is known stays one. */
async function take(exchange: Exchange, caller: Caller, { readings, refused, problem }: Read): Promise<Outcome> {
  const context = contextOf(exchange, caller)
  const problems = new Set(problem === undefined ? [] : [problem])
  let lost = refused
  let uncounted = 0
  for (let from = 0; from < readings.length; from += MAX_EVENTS) {
    const piece = readings.slice(from, from + MAX_EVENTS)
    const told = (await invoke(collect as unknown as Operation, context, {
      events: piece.map(({ draft }) => draft),
    })) as z.output<typeof collect.output>
    uncounted += told.uncounted
    for (const { index, error } of told.rejected) {
      lost += piece[index]?.count ?? 0
      if (problems.size < 5) problems.add(error)
    }
  }
  if (uncounted > 0) problems.add(REPEATED)
  return { refused: lost, message: problems.size === 0 ? undefined : [...problems].join(' ') }
}

const REPEATED = 'Tokens and costs that this emitter tells by another signal were counted there, and not again.'

function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const details = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Fault('invalid_input', 'Validation failed', { details })
}

function unknownEncoding(given: string): Fault {
  const details = [`content-type: must be ${Object.values(contentTypes).join(' or ')}, not ${given.slice(0, 80)}`]
  return new Fault('invalid_input', 'Validation failed', { details, data: { media_type: true } })
}
