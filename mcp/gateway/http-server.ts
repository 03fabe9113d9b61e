import { oneLine, readEvents } from './event-stream.ts'
import { errorIn, MirroredParameters } from './http-headers.rules.ts'
import { HttpSession, type Endpoint } from './http-session.ts'
import {
  envelopeOf,
  failure,
  idKey,
  isRequest,
  isResponse,
  messagesIn,
  recordOf,
  type Message,
} from './message.rules.ts'
import type { Outgoing, Wrapped } from './wrapped.ts'

const MAX_RESUMES = 20

/** A request that the server has. */
interface Posted {
  readonly message: Message
  readonly abort: AbortController
  answered: boolean
}

/** A server that is reached over streamable HTTP, with a session or, since protocol 2026-07-28, without. */
export class HttpServer implements Wrapped {
  readonly #session: HttpSession
  readonly #mirrored = new MirroredParameters()
  readonly #posted = new Map<string, Posted>()
  readonly #tell: (line: string) => void
  readonly #ended: Promise<number>
  #end: (status: number) => void = () => undefined
  #onLine: (line: string) => void = () => undefined
  /** What the server has to have taken before the next message may go. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(endpoint: Endpoint) {
    this.#session = new HttpSession(endpoint)
    this.#tell = endpoint.tell
    this.#ended = new Promise((resolve) => (this.#end = resolve))
  }

  run(onLine: (line: string) => void): Promise<number> {
    this.#onLine = onLine
    return this.#ended
  }

  send(outgoing: Outgoing): void {
    const { message } = outgoing
    if (message.method === 'notifications/cancelled' && this.#hangUp(message)) return
    // What opens a session is taken before what comes after it.
    const first = message.method === 'initialize' || message.method === 'notifications/initialized'
    const sent = this.#before.then(() => this.#deliver(outgoing))
    if (first) this.#before = sent
  }

  async close(): Promise<void> {
    await this.#session.close()
    this.#end(0)
  }

  /** Since protocol 2026-07-28 a request is cancelled by closing its answer's stream. */
  #hangUp({ params }: Message): boolean {
    const posted = this.#posted.get(idKey(recordOf(params)['requestId']))
    if (posted === undefined || envelopeOf(posted.message) === undefined) return false
    posted.answered = true
    posted.abort.abort()
    return true
  }

  /** Settles once the server took the message; what it answers is read on. */
  async #deliver({ line, message }: Outgoing): Promise<void> {
    const posted: Posted = { message, abort: new AbortController(), answered: !isRequest(message) }
    if (isRequest(message)) this.#posted.set(idKey(message.id), posted)
    try {
      const response = await this.#session.post(
        { line, message },
        this.#mirrored.headersOf(message),
        posted.abort.signal,
      )
      if (message.method === 'notifications/initialized' && response.ok) void this.#listen()
      const reading = this.#read(response, posted).finally(() => this.#posted.delete(idKey(message.id)))
      if (message.method === 'initialize') await reading
    } catch (thrown) {
      this.#posted.delete(idKey(message.id))
      this.#fail(posted, `The server cannot be reached: ${reasonOf(thrown)}.`)
    }
  }

  async #read(response: Response, posted: Posted): Promise<void> {
    const type = response.headers.get('content-type') ?? ''
    if (!response.ok) return this.#refused(response, posted)
    if (type.startsWith('text/event-stream') && response.body) return this.#stream(response.body, posted)
    const text = await response.text().catch(() => '')
    if (text.trim() !== '' && type.includes('json')) this.#take(text, posted)
    if (!posted.answered) this.#fail(posted, 'The server gave no answer.')
  }

  /** Goes on where a stream broke off before the answer, when the server says how. */
  async #stream(body: ReadableStream<Uint8Array>, posted: Posted): Promise<void> {
    let end = await readEvents(body, (data) => this.#take(data, posted))
    for (let resumes = 0; !posted.answered && end.lastEventId !== undefined && resumes < MAX_RESUMES; resumes += 1) {
      const next = await this.#session.resume(end, posted.abort.signal)
      if (next === null) break
      const { lastEventId } = end
      end = await readEvents(next, (data) => this.#take(data, posted))
      end = { ...end, lastEventId: end.lastEventId ?? lastEventId }
    }
    if (!posted.answered) this.#fail(posted, "The server ended the answer's stream before the answer.")
  }

  async #refused(response: Response, posted: Posted): Promise<void> {
    const text = await response.text().catch(() => '')
    const error = errorIn(text, posted.message.id)
    if (error !== null && !posted.answered) return this.#take(JSON.stringify(error), posted)
    const words = text.replaceAll(/\s+/g, ' ').slice(0, 200)
    this.#fail(
      posted,
      `The server answered ${response.status}${words === '' ? '' : `: ${words}`}.${HINTS[response.status] ?? ''}`,
    )
  }

  #take(text: string, posted?: Posted): void {
    const line = oneLine(text)
    for (const message of messagesIn(line) ?? []) {
      if (!isResponse(message)) continue
      const asked =
        posted && idKey(posted.message.id) === idKey(message.id) ? posted : this.#posted.get(idKey(message.id))
      if (asked === undefined) continue
      asked.answered = true
      if (asked.message.method === 'tools/list') this.#mirrored.learn(recordOf(message.result)['tools'])
      if (asked.message.method === 'initialize') this.#session.opened(recordOf(message.result))
    }
    this.#onLine(line)
  }

  /** A request is answered with an error when nothing else will answer it. */
  #fail(posted: Posted, why: string): void {
    if (this.#session.isClosed || posted.abort.signal.aborted) return
    if (!isRequest(posted.message)) {
      const { method } = posted.message
      return this.#tell(`${typeof method === 'string' ? method : 'an answer'} was not taken: ${why}`)
    }
    if (posted.answered) return
    posted.answered = true
    this.#onLine(failure(posted.message.id, -32_000, why))
  }

  async #listen(): Promise<void> {
    await this.#session.listen((data) => this.#take(data))
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: ' Give its credential with --header.',
  403: ' Give a credential that may, with --header.',
}

function reasonOf(thrown: unknown): string {
  const { cause } = thrown as { cause?: unknown }
  if (cause instanceof Error && cause.message !== '') return cause.message
  return thrown instanceof Error ? thrown.message : String(thrown)
}
