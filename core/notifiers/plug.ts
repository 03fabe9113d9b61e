import type { Runtime } from '../kernel/runtime.ts'
import type { NotifierRow } from './schema.ts'
import type { Secrets } from './store.ts'

/** What a person is told, before it has the form of any channel. */
export interface Message {
  /** The same however often it is sent. */
  readonly id: string
  readonly event: 'alert.raised' | 'alert.digest' | 'approval.requested' | 'notifier.test'
  readonly at: Date
  readonly title: string
  readonly text: string
  /** The page to look at; undefined where the server's public address is not known. */
  readonly link: string | undefined
  readonly buttons: readonly Button[]
  /** As the REST API has it. */
  readonly data: Readonly<Record<string, unknown>>
}

/** A press comes back as `verb:ref`. */
export interface Button {
  readonly text: string
  readonly verb: 'ack' | 'pause' | 'yes' | 'no'
  readonly ref: string
}

export interface Channel {
  readonly runtime: Runtime
  readonly notifier: NotifierRow
  readonly secrets: Secrets
  readonly signal: AbortSignal
}

/** Throws a `NotSent` when the message did not get through. */
export type Plug = (channel: Channel, message: Message) => Promise<void>

interface NotSentOptions {
  readonly retryAfter?: number | undefined
  readonly status?: number
  readonly final?: boolean
  readonly cause?: unknown
}

/** `why` is kept and shown, so it holds no token and no address. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  /** Seconds the other side asked to wait. */
  readonly retryAfter: number | undefined
  /** Nothing will change by trying again. */
  readonly final: boolean
  /** Undefined where there was no answer. */
  readonly status: number | undefined

  constructor(why: string, options: NotSentOptions = {}) {
    super(why, { cause: options.cause })
    this.retryAfter = options.retryAfter
    this.status = options.status
    this.final = options.final ?? false
  }
}

export async function post(
  { runtime, signal }: Pick<Channel, 'runtime' | 'signal'>,
  url: string,
  { body, headers = {} }: { body: string; headers?: Readonly<Record<string, string>> },
): Promise<{ readonly status: number; readonly text: string; readonly retryAfter: number | undefined }> {
  try {
    const answer = await runtime.ports.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
      redirect: 'manual',
    })
    const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
    return { status: answer.status, text: await answer.text(), retryAfter: Number.isFinite(after) ? after : undefined }
  } catch (cause) {
    const why = signal.aborted ? 'it did not answer in time' : 'it could not be reached'
    throw new NotSent(why, { cause })
  }
}

/** 410 and other refusals of the client's own doing stay so; overload and faults of the server pass. */
export function assertTaken({ status, retryAfter }: { status: number; retryAfter: number | undefined }): void {
  if (status >= 200 && status < 300) return
  const passing = status >= 500 || status === 408 || status === 425 || status === 429
  throw new NotSent(`it answered with status ${status}`, { retryAfter, status, final: !passing })
}
