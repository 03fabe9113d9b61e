type EgressReason = 'scheme' | 'address' | 'redirect' | 'size' | 'timeout' | 'unreachable'

/** An outbound call that was refused or cut. The message names the host at most, never a header or a body. */
export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly reason: EgressReason
  constructor(reason: EgressReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}

/** undici wraps what the connector or the body threw; the inner reason is the useful one. */
export function egressErrorIn(thrown: unknown): EgressError | undefined {
  let error = thrown
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    if (error instanceof EgressError) return error
    error = error.cause
  }
  return undefined
}
