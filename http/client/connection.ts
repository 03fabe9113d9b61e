import { errorOf, isRecord, WritError } from './errors.ts'
import type { InputOf, OperationName, OutputOf } from './operations.ts'
import { routes } from './routes.gen.ts'

export interface ConnectionOptions {
  /** Address of the server, as `https://writ.example`. */
  readonly baseUrl: string
  readonly apiKey?: string | undefined
  /**
   * A JWT that says which agent speaks; sent beside the API key. A function is asked before each call: issuers' tokens
   * are often good for one act.
   */
  readonly authToken?: AuthToken | undefined
  /** How long one call may take, in milliseconds; 30,000 unless told. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export type AuthToken = string | (() => string | Promise<string>)

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

export interface RequestOptions extends CallOptions {
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
}

export type Json = Record<string, unknown>

/** One server and one credential. Calls are made once: an act is never asked about twice without its caller knowing. */
export class Connection {
  readonly baseUrl: string
  readonly #apiKey: string | undefined
  readonly #authToken: AuthToken | undefined
  readonly #timeoutMs: number
  readonly #fetch: typeof globalThis.fetch

  constructor({ baseUrl, apiKey, authToken, timeoutMs = 30_000, fetch }: ConnectionOptions) {
    this.baseUrl = baseUrl.replace(/\/$/, '')
    this.#apiKey = apiKey
    this.#authToken = authToken
    this.#timeoutMs = timeoutMs
    // A browser's fetch wants to be called on the window, so it is not stored bare.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  /** Calls any operation of the server by its name. */
  async call<N extends OperationName>(name: N, input: InputOf<N>, options: CallOptions = {}): Promise<OutputOf<N>> {
    const [method, template] = routes[name]
    const rest: Json = { ...input }
    const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
      const value = rest[field]
      delete rest[field]
      if (typeof value !== 'string' || value === '') throw new TypeError(`${name} needs ${field}`)
      return encodeURIComponent(value)
    })
    const sent = method === 'GET' || method === 'DELETE' ? { query: rest } : { body: rest }
    return (await this.request(method, path, { ...sent, ...options })) as OutputOf<N>
  }

  /** The parsed body of a 2xx answer; every other answer throws. A body that is no JSON object counts as empty. */
  async request(method: string, path: string, { query, body, signal, timeoutMs }: RequestOptions = {}): Promise<Json> {
    const timer = AbortSignal.timeout(timeoutMs ?? this.#timeoutMs)
    const response = await this.#send(`${path}${searchOf(query)}`, {
      method,
      headers: { ...(await this.#credentials()), 'Content-Type': 'application/json' },
      signal: signal ? AbortSignal.any([signal, timer]) : timer,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const parsed = parse(await this.#reading(response.text()))
    if (response.ok) return parsed
    throw errorOf(response.status, parsed, response.headers.get('x-request-id') ?? undefined)
  }

  /** The raw answer of an event stream; only the caller's signal ends it. */
  async stream(path: string, signal: AbortSignal): Promise<Response> {
    return this.#send(path, { headers: await this.#credentials(), signal })
  }

  async #credentials(): Promise<Record<string, string>> {
    const token = typeof this.#authToken === 'function' ? await this.#authToken() : this.#authToken
    return {
      ...(this.#apiKey === undefined ? {} : { 'x-api-key': this.#apiKey }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    }
  }

  #send(path: string, init: RequestInit): Promise<Response> {
    return this.#reading(this.#fetch(`${this.baseUrl}${path}`, init))
  }

  async #reading<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      if (name === 'AbortError') throw error
      if (name === 'TimeoutError') {
        throw new WritError(`Writ at ${this.baseUrl} did not answer in time.`, {
          status: 0,
          code: 'timeout',
          cause: error,
        })
      }
      throw new WritError(`Writ cannot be reached at ${this.baseUrl}.`, {
        status: 0,
        code: 'unreachable',
        cause: error,
      })
    }
  }
}

function searchOf(query: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
