/**
 * The closed list of failures a caller can meet, with the HTTP status each one has (RFC 9110).
 * Lower case: Writ's own; upper case: names fixed by the wire contract.
 */
export const faultStatus = {
  invalid_input: 400,
  invalid_json: 400,
  unauthenticated: 401,
  quota_exceeded: 402,
  forbidden: 403,
  blocked: 403,
  csrf: 403,
  insufficient_scope: 403,
  sign_in_failed: 401,
  second_factor_required: 401,
  second_factor_missing: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  unprocessable: 422,
  upgrade_required: 426,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
  SIGNATURE_REQUIRED: 401,
  INVALID_AGENT_SIGNATURE: 401,
  AGENT_MISMATCH: 403,
  SELF_APPROVAL: 403,
  APPROVER_IDENTITY_REQUIRED: 403,
  AGENT_NOT_REGISTERED: 403,
  WRONG_ID_KIND: 404,
  IDEMPOTENCY_KEY_REUSED: 409,
  APPROVAL_EXPIRED: 410,
  BODY_TOO_LARGE: 413,
  GUARD_AUDIT_PERSIST_FAILED: 503,
  DB_CONNECTION_FAILED: 503,
  SCHEMA_NOT_INITIALIZED: 503,
  LLM_NOT_CONFIGURED: 422,
} as const

export type FaultCode = keyof typeof faultStatus

export interface FaultOptions {
  /** One sentence per problem, for the caller. */
  readonly details?: readonly string[]
  /** Further public fields, merged into the error body. */
  readonly data?: Readonly<Record<string, unknown>>
  /** For the log only. */
  readonly cause?: unknown
  /** Seconds after which a repeat makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number
}

/** A failure with a public sentence. Handlers throw it; only the adapters' mappers catch it. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly details: readonly string[] | undefined
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly retryAfter: number | undefined

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
    this.data = options.data
    this.retryAfter = options.retryAfter
  }

  get status(): number {
    return faultStatus[this.code]
  }
}

/** What a caller is told. Anything that is not a Fault is told as a bare internal error. */
export interface FaultBody {
  readonly error: string
  readonly code: FaultCode
  readonly request_id: string
  readonly details?: readonly string[]
  readonly [field: string]: unknown
}

export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('internal', 'Internal server error', { cause: thrown })
}

export function faultBody(fault: Fault, requestId: string): FaultBody {
  return {
    ...fault.data,
    error: fault.message,
    code: fault.code,
    ...(fault.details ? { details: fault.details } : {}),
    request_id: requestId,
  }
}
