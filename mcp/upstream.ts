import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type McpSubscription,
} from '@modelcontextprotocol/client'
import { z } from 'zod'

export interface UpstreamOptions {
  /** Address of the server, without `/mcp`. */
  readonly url: string
  readonly apiKey: string
  /** A JWT that says which agent speaks, sent beside the key. */
  readonly authToken?: string
  /** The agent to speak for; else one is derived from the client's own name. */
  readonly agentId?: string
  /** As in `?toolsets=`. */
  readonly toolsets?: string
  readonly version: string
}

export interface UpstreamCall {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

/** The server did not answer, or refused the credential; the sentence is for the agent. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
}

/** Without an answer or a sign of progress for this long the server counts as unreachable. */
const SILENCE_MS = 60_000
const RETRY_MS = 2000
const Anything = z.looseObject({})

/** The bridge's end at the server. Connects when it is first needed, and again after a failure. */
export class Upstream {
  /** What the local client calls itself, once it has said so. */
  clientName: string | undefined
  /** Told about each resource the server says has changed. */
  onResourceUpdated: (uri: string) => void = () => undefined

  readonly #options: UpstreamOptions
  readonly #watched = new Set<string>()
  #connecting: Promise<Client> | undefined
  #subscription: McpSubscription | undefined
  #retry: NodeJS.Timeout | undefined
  #resubscribing: Promise<void> = Promise.resolve()
  /** Why the server did not take the connection as it is; the protocol library keeps this to itself. */
  #refusal: string | undefined
  #closed = false

  constructor(options: UpstreamOptions) {
    this.#options = options
  }

  /** The server's result as it came, also when it asks for input. Protocol errors of the server pass through. */
  async request({ method, params, signal, onProgress }: UpstreamCall): Promise<Record<string, unknown>> {
    try {
      const client = await this.#client()
      const options = {
        signal,
        timeout: SILENCE_MS,
        resetTimeoutOnProgress: true,
        allowInputRequired: true,
        onprogress: (progress: Progress) => onProgress?.(progress),
      }
      return await client.request({ method, params }, Anything, options)
    } catch (error) {
      if (error instanceof ProtocolError || signal.aborted) throw error
      throw new UpstreamError(sentence(this.#options.url, error, this.#refusal), { cause: error })
    }
  }

  watch(uris: Iterable<string>): void {
    const before = this.#watched.size
    for (const uri of uris) this.#watched.add(uri)
    if (this.#watched.size > before) this.#resubscribe()
  }

  unwatch(uri: string): void {
    if (this.#watched.delete(uri)) this.#resubscribe()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#subscription?.close()
    const client = await this.#connecting?.catch(() => undefined)
    await client?.close()
  }

  #client(): Promise<Client> {
    this.#connecting ??= this.#connect().catch((error: unknown) => {
      this.#connecting = undefined
      throw error
    })
    return this.#connecting
  }

  async #connect(): Promise<Client> {
    const { url, apiKey, authToken, agentId, toolsets, version } = this.#options
    const address = new URL('mcp', url.endsWith('/') ? url : `${url}/`)
    if (toolsets !== undefined) address.searchParams.set('toolsets', toolsets)
    const client = new Client(
      { name: 'writ-bridge', version },
      { versionNegotiation: { mode: { pin: '2026-07-28' }, probe: { timeoutMs: 10_000 } } },
    )
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => this.onResourceUpdated(params.uri))
    const transport = new StreamableHTTPClientTransport(address, {
      requestInit: { headers: { 'x-api-key': apiKey, ...(authToken ? { authorization: `Bearer ${authToken}` } : {}) } },
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers)
        if (agentId !== undefined) headers.set('x-writ-agent-id', agentId)
        else if (this.clientName !== undefined) headers.set('x-writ-client', encodeName(this.clientName))
        this.#refusal = undefined
        const response = await fetch(input, { ...init, headers })
        if (!response.ok) this.#refusal = await refusalIn(response.clone())
        return response
      },
    })
    await client.connect(transport)
    return client
  }

  /** One subscription for everything that is watched, opened anew when that changes or when the server ended it. */
  #resubscribe(): void {
    const before = this.#resubscribing
    this.#resubscribing = (async () => {
      await before
      await this.#subscribe()
    })()
  }

  async #subscribe(): Promise<void> {
    const old = this.#subscription
    this.#subscription = undefined
    await old?.close()
    if (this.#closed || this.#watched.size === 0) return
    try {
      const client = await this.#client()
      this.#subscription = await client.listen({ resourceSubscriptions: [...this.#watched] })
      void this.#renewAfter(this.#subscription)
    } catch {
      this.#resubscribeLater()
    }
  }

  async #renewAfter(subscription: McpSubscription): Promise<void> {
    await subscription.closed
    if (this.#subscription === subscription) this.#resubscribeLater()
  }

  #resubscribeLater(): void {
    if (this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#resubscribe(), RETRY_MS)
  }
}

function sentence(url: string, error: unknown, refusal: string | undefined): string {
  const status = error instanceof SdkHttpError ? error.status : undefined
  if (refusal !== undefined && error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed) {
    return `What answers at ${url} cannot be used (${refusal}): treat the act as not allowed.`
  }
  if (status === 401) return 'Writ does not accept the API key of this connection: treat the act as not allowed.'
  if (status === 403) return 'Writ refuses this connection: treat the act as not allowed.'
  return `Writ cannot be reached at ${url}: treat the act as not allowed.`
}

const Refusal = z.object({
  error: z.object({ message: z.string(), data: z.object({ details: z.array(z.string()).default([]) }) }),
})

async function refusalIn(response: Response): Promise<string> {
  const body = Refusal.safeParse(await response.json().catch(() => undefined))
  if (!body.success) return 'it is no Writ server, or one of another version'
  return [body.data.error.message, ...body.data.error.data.details].join('; ')
}

/** Header values are ASCII. */
function encodeName(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]+/g, '-').slice(0, 128)
}
