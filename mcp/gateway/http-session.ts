import { setTimeout as sleep } from 'node:timers/promises'
import { readEvents, type StreamEnd } from './event-stream.ts'
import { isRequest, type Json } from './message.rules.ts'
import type { Outgoing } from './wrapped.ts'

export interface Endpoint {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
  readonly tell: (line: string) => void
}

const RETRY_MS = 1000
const MAX_RETRY_MS = 30_000

/** What the requests to one server have in common: credentials, and the session where the server has one. */
export class HttpSession {
  readonly #endpoint: Endpoint
  readonly #closing = new AbortController()
  #id: string | undefined
  #version: string | undefined
  #opening: { initialize?: Outgoing; initialized?: Outgoing } = {}
  #renewing: Promise<void> | undefined

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** The protocol that both agreed on. */
  opened({ protocolVersion }: Json): void {
    if (typeof protocolVersion === 'string') this.#version = protocolVersion
  }

  async post(outgoing: Outgoing, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    await this.#renewing
    const { method } = outgoing.message
    if (method === 'initialize') {
      this.#opening = { initialize: outgoing }
      this.#id = undefined
      this.#version = undefined
    }
    if (method === 'notifications/initialized') this.#opening = { ...this.#opening, initialized: outgoing }
    const session = this.#id
    const response = await this.#post(outgoing, headers, signal)
    if (method === 'initialize') this.#id = response.headers.get('mcp-session-id') ?? undefined
    if (response.status !== 404 || session === undefined || this.#opening.initialize === undefined) return response
    // The server forgot the session. The client on standard input has no way to begin another one.
    await response.body?.cancel()
    if (this.#id === session) this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined))
    await this.#renewing
    return this.#post(outgoing, headers, signal)
  }

  /** The stream for what the server says by itself, kept open as long as it has one. */
  async listen(onData: (data: string) => void): Promise<void> {
    let [end, failures]: [StreamEnd, number] = [{ lastEventId: undefined, retryMs: undefined }, 0]
    while (!this.isClosed) {
      const response = await this.#get(end.lastEventId, this.#closing.signal).catch(() => null)
      if (response !== null && !isStream(response)) {
        await response.body?.cancel()
        // 405: it has none. 404: the session is gone, and the next request begins another one.
        if (response.status < 500) return
      }
      if (response?.body && isStream(response)) {
        const { lastEventId } = end
        end = await readEvents(response.body, onData)
        end = { ...end, lastEventId: end.lastEventId ?? lastEventId }
        failures = 0
      } else failures += 1
      await this.#pause(Math.min(MAX_RETRY_MS, (end.retryMs ?? RETRY_MS) * 2 ** failures))
    }
  }

  /** Goes on with a stream that broke off; null when the server does not. */
  async resume(
    { lastEventId, retryMs = RETRY_MS }: StreamEnd,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array> | null> {
    await this.#pause(Math.min(MAX_RETRY_MS, retryMs))
    const response = await this.#get(lastEventId, signal).catch(() => null)
    if (response?.body && isStream(response)) return response.body
    await response?.body?.cancel()
    return null
  }

  async close(): Promise<void> {
    const session = this.#id
    if (session !== undefined) {
      const signal = AbortSignal.timeout(2000)
      const ended = this.#endpoint.fetch(this.#endpoint.url, { method: 'DELETE', headers: this.#headers(), signal })
      await ended.then((response) => response.body?.cancel()).catch(() => undefined)
    }
    this.#closing.abort()
  }

  #post({ line }: Outgoing, more: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const headers = {
      ...this.#headers(),
      ...more,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    return this.#endpoint.fetch(this.#endpoint.url, {
      method: 'POST',
      headers,
      body: line,
      signal: AbortSignal.any([signal, this.#closing.signal]),
    })
  }

  #get(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    return this.#endpoint.fetch(this.#endpoint.url, {
      headers: { ...this.#headers(), ...resume, accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, this.#closing.signal]),
    })
  }

  #headers(): Record<string, string> {
    return {
      ...this.#endpoint.headers,
      ...(this.#id === undefined ? {} : { 'mcp-session-id': this.#id }),
      ...(this.#version === undefined ? {} : { 'mcp-protocol-version': this.#version }),
    }
  }

  async #renew(): Promise<void> {
    this.#id = undefined
    const { initialize, initialized } = this.#opening
    for (const outgoing of [initialize, initialized]) {
      if (outgoing === undefined) continue
      const response = await this.#post(outgoing, {}, this.#closing.signal)
      this.#id = response.headers.get('mcp-session-id') ?? this.#id
      // Its answer is not news: the client has the first one.
      if (isRequest(outgoing.message) && isStream(response) && response.body)
        await readEvents(response.body, () => undefined)
      else await response.body?.cancel()
      if (!response.ok) throw new Error(`it ended the session and opens no other one (${response.status})`)
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
  }
}

const isStream = (response: Response): boolean =>
  response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
