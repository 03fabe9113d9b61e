import { asFault, Fault, faultBody } from '#core/kernel/errors'
import type { Exchange } from './exchange.ts'
import { sendJson, type Headers } from './send.ts'

/** Connection failures of node sockets and of PostgreSQL (SQLSTATE class 08, shutdown, too many clients). */
const UNREACHABLE = /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|08\w{3}|57P0[123]|53300)$/

/** A fault that needs headers of its own: a challenge, a limit, the methods allowed. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly fault: Fault
  readonly headers: Headers
  constructor(fault: Fault, headers: Headers) {
    super(fault.message)
    this.fault = fault
    this.headers = headers
  }
}

/** The one mapper from whatever was thrown to what a REST caller is told. */
export function sendError({ response, requestId, headers }: Exchange, thrown: unknown, more: Headers = {}): void {
  const fault = toFault(thrown instanceof Refusal ? thrown.fault : thrown)
  const extra: Headers = {
    ...headers,
    ...more,
    ...(thrown instanceof Refusal ? thrown.headers : {}),
    ...(fault.retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(fault.retryAfter)) }),
  }
  sendJson(response, fault.status, faultBody(fault, requestId), extra)
}

export function toFault(thrown: unknown): Fault {
  const fault = asFault(thrown)
  if (fault.code !== 'internal' || !isUnreachable(fault.cause)) return fault
  return new Fault('DB_CONNECTION_FAILED', 'The database cannot be reached.', { cause: fault.cause, retryAfter: 1 })
}

function isUnreachable(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && UNREACHABLE.test(code)
}
