/** What a failed call was answered with. `body` is the parsed answer, empty when there was none. */
export interface Failure {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly code?: string
  readonly details?: readonly string[]
  readonly body?: Readonly<Record<string, unknown>>
  readonly requestId?: string
  readonly cause?: unknown
}

/** A call that did not succeed. `code` is the server's, or `unreachable` or `timeout` when no answer came. */
export class WritError extends Error {
  override readonly name: string = 'WritError'
  readonly status: number
  readonly code: string | undefined
  /** One sentence per problem of an input that was refused. */
  readonly details: readonly string[] | undefined
  readonly body: Readonly<Record<string, unknown>>
  /** Names this call in the server's log. */
  readonly requestId: string | undefined
  /** The whole body; narrowed by the classes below. */
  readonly decision: unknown

  constructor(message: string, failure: Failure, decision: unknown = failure.body ?? {}) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause })
    this.status = failure.status
    this.code = failure.code
    this.details = failure.details
    this.body = failure.body ?? {}
    this.requestId = failure.requestId
    this.decision = decision
  }
}

/** A policy blocks the act. `decision` is the guard's answer with its reasons. */
export class GuardBlockedError extends WritError {
  override readonly name = 'GuardBlockedError'
  declare readonly decision: Readonly<Record<string, unknown>>

  constructor(decision: Readonly<Record<string, unknown>>, failure: Failure) {
    super(textOf(decision['reason']) ?? 'The act is blocked by policy.', failure, decision)
  }
}

/** A person said no, or the act was withdrawn. `decision` is the status of the action. */
export class ApprovalDeniedError extends WritError {
  override readonly name = 'ApprovalDeniedError'
  declare readonly decision: string

  constructor(message: string, status: string) {
    super(message, { status: 0, code: 'denied' }, status)
  }
}

/** Nobody decided before the approval ran out: no denial, and no permission either. */
export class ApprovalExpiredError extends WritError {
  override readonly name = 'ApprovalExpiredError'
  declare readonly decision: 'expired'

  constructor(actionId: string) {
    super(
      `Nobody decided about action ${actionId} before its approval expired.`,
      { status: 0, code: 'expired' },
      'expired',
    )
  }
}

/** The error that an answer stands for, by the rules of the wire contract. */
export function errorOf(status: number, body: Readonly<Record<string, unknown>>, requestId?: string): WritError {
  const details = Array.isArray(body['details']) ? body['details'].map(String) : undefined
  const code = textOf(body['code'])
  const id = textOf(body['request_id']) ?? requestId
  const failure: Failure = {
    status,
    body,
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(id === undefined ? {} : { requestId: id }),
  }
  const decision = body['decision']
  if (status === 403 && isRecord(decision) && decision['decision'] === 'block')
    return new GuardBlockedError(decision, failure)
  return new WritError(
    textOf(body['reason']) ?? textOf(body['error']) ?? `Request failed with status ${status}`,
    failure,
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
