import type { Runtime } from '../kernel/runtime.ts'
import { retryAfterMs } from './schedule.rules.ts'
import type { EndpointRow, MessageRow } from './schema.ts'
import { secretsOf, type Signing } from './secrets.ts'
import { signatureHeaders } from './sign.rules.ts'
import type { Try } from './tables.ts'

const MAX_ANSWER_BYTES = 16 * 1024
const MAX_ERROR = 300

export interface Outcome {
  readonly kind: 'delivered' | 'failed' | 'gone' | 'aborted'
  readonly tried: Try
  /** The receiver asked for a rest of so long; 0 for none. */
  readonly restMs: number
}

/** One attempt. Never throws: whatever goes wrong is an outcome. A redirect is not followed, and is a failure. */
export async function send(
  runtime: Runtime,
  endpoint: Signing & Pick<EndpointRow, 'url'>,
  message: Pick<MessageRow, 'delivery_id' | 'seq' | 'body'>,
  closing: AbortSignal,
): Promise<Outcome> {
  const at = runtime.now()
  const started = performance.now()
  const ended = (kind: Outcome['kind'], status: number | null, error: string | null, restMs = 0): Outcome => {
    const ms = Math.round(performance.now() - started)
    return { kind, tried: { at: at.toISOString(), status, ms, error: error?.slice(0, MAX_ERROR) ?? null }, restMs }
  }
  try {
    const { delivery_id: id, body } = message
    const timeout = AbortSignal.timeout(runtime.settings.webhook_timeout_ms)
    const response = await runtime.ports.fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Writ-Webhooks/1',
        'x-writ-sequence': String(message.seq),
        ...signatureHeaders(secretsOf(runtime, endpoint), { id, at, body }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, closing]),
    })
    await drained(response)
    const { status } = response
    if (response.ok) return ended('delivered', status, null)
    const rests = status === 429 || status === 503 ? retryAfterMs(response.headers.get('retry-after'), at) : 0
    if (status === 410) return ended('gone', status, 'it answered 410 Gone')
    const redirects = status >= 300 && status < 400
    return ended('failed', status, `it answered ${status}${redirects ? ', and redirects are not followed' : ''}`, rests)
  } catch (thrown) {
    if (closing.aborted) return ended('aborted', null, null)
    return ended('failed', null, reasonOf(thrown))
  }
}

/** The status counts, whatever becomes of the body; it is read so that the connection can serve the next one. */
async function drained(response: Response): Promise<void> {
  if (response.body === null) return
  let size = 0
  try {
    for await (const part of response.body as ReadableStream<Uint8Array>) {
      size += part.byteLength
      if (size > MAX_ANSWER_BYTES) break
    }
  } catch {
    // The answer was cut off after its status.
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') return 'it did not answer in time'
  return thrown instanceof Error ? thrown.message.replace(/\.$/, '') : 'it could not be reached'
}
