import { faultStatus, type Fault } from '#core/kernel/errors'
import type { Signal } from './emitter.rules.ts'
import { encode, type Encoding } from './wire.ts'

/** The codes of google.rpc.Status that OTLP answers failures with, by HTTP status. */
const rpcCodes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 429: 8, 503: 14, 504: 4 }

export function failure(fault: Fault, encoding: Encoding): Buffer {
  const message = [fault.message, ...(fault.details ?? [])].join(' ').slice(0, 2000)
  const code = rpcCodes[fault.status] ?? (fault.status >= faultStatus.internal ? 13 : 3)
  return encoding === 'json' ? Buffer.from(JSON.stringify({ code, message })) : encode('Status', { code, message })
}

export interface Outcome {
  readonly refused: number
  /** Also without anything refused: then it is a warning. */
  readonly message: string | undefined
}

const fields = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const

/** A success without anything to tell has no `partial_success`. */
export function success(signal: Signal, { refused, message }: Outcome, encoding: Encoding): Buffer {
  if (refused === 0 && message === undefined) return Buffer.from(encoding === 'json' ? '{}' : '')
  const told = { errorMessage: (message ?? '').slice(0, 2000) }
  if (encoding === 'protobuf') return encode('Answer', { partialSuccess: { rejected: refused, ...told } })
  return Buffer.from(JSON.stringify({ partialSuccess: { [fields[signal]]: String(refused), ...told } }))
}
