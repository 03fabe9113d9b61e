import { randomUUID } from 'node:crypto'
import type { AuthInfo, McpHandlerRequestOptions, McpHttpHandler } from '@modelcontextprotocol/server'
import type { Caller } from './caller.ts'
import { agentIdOf } from './identity.rules.ts'

export const SESSION = 'mcp-session-id'
const UUID_LENGTH = 36

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly requestId?: string | number; readonly clientInfo?: { readonly name?: unknown } }
}

/**
 * Lets a 2025-era client cancel a call. It does so with a request of its own, which the stateless serving of that era
 * cannot relate to the call; without this a cancelled wait would go on and take an approval that nobody is there to
 * use. So `initialize` hands out a session id that names the client, with what it calls itself, and nothing else: no
 * state hangs on it, and any replica serves it. A cancellation that reaches another replica than its call is lost,
 * which is as before.
 */
export class Cancellations {
  readonly #running = new Map<string, AbortController>()

  /** Calls that can be cancelled now. */
  get size(): number {
    return this.#running.size
  }

  /** The handler with cancellation around its 2025-era requests. */
  around(handler: Pick<McpHttpHandler, 'fetch'>): Pick<McpHttpHandler, 'fetch'> {
    return {
      fetch: async (request, options) => {
        const message = request.headers.has('mcp-method') ? undefined : await messageIn(request)
        if (!message) return handler.fetch(request, options)
        return this.#serve(handler, request, { message, ...options })
      },
    }
  }

  async #serve(
    handler: Pick<McpHttpHandler, 'fetch'>,
    request: Request,
    { message, ...options }: McpHandlerRequestOptions & { message: Message },
  ): Promise<Response> {
    const served = { ...options, parsedBody: message }
    if (message.method === 'initialize') return named(await handler.fetch(request, served), message)
    const client = clientOf(request, options.authInfo)
    if (client === undefined) return handler.fetch(request, served)
    if (message.method === 'notifications/cancelled') {
      this.#running.get(keyOf(client, message.params?.requestId))?.abort()
    }
    if (message.method !== 'tools/call') return handler.fetch(request, served)
    const key = keyOf(client, message.id)
    const controller = new AbortController()
    this.#running.set(key, controller)
    const authInfo = withSignal(options.authInfo, controller.signal)
    const done = (): void => {
      if (this.#running.get(key) === controller) this.#running.delete(key)
    }
    try {
      return watched(await handler.fetch(request, { ...served, ...(authInfo ? { authInfo } : {}) }), done)
    } catch (thrown) {
      done()
      throw thrown
    }
  }
}

/** A single JSON-RPC message; anything else is left to the protocol library to answer. */
async function messageIn(request: Request): Promise<Message | undefined> {
  if (request.method !== 'POST' || !/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return undefined
  try {
    const body: unknown = await request.clone().json()
    return body !== null && typeof body === 'object' && !Array.isArray(body) ? body : undefined
  } catch {
    return undefined
  }
}

function clientOf(request: Request, authInfo: AuthInfo | undefined): string | undefined {
  const session = request.headers.get(SESSION)
  return session === null || authInfo === undefined ? undefined : `${authInfo.clientId}\n${session}`
}

function keyOf(client: string, id: string | number | undefined): string {
  return `${client}\n${typeof id}\n${String(id)}`
}

function withSignal(authInfo: AuthInfo | undefined, cancelled: AbortSignal): AuthInfo | undefined {
  if (!authInfo) return undefined
  const caller = authInfo.extra?.['caller'] as Caller
  return { ...authInfo, extra: { ...authInfo.extra, caller: { ...caller, cancelled } } }
}

function named(response: Response, { params }: Message): Response {
  const name = params?.clientInfo?.name
  const id = agentIdOf(typeof name === 'string' ? name : undefined)
  if (response.ok) response.headers.set(SESSION, id === undefined ? randomUUID() : `${randomUUID()}.${id}`)
  return response
}

/** What the client called itself when it got this session id. */
export function clientNameIn(session: string | undefined): string | undefined {
  return session?.slice(UUID_LENGTH + 1)
}

/** The response, with a word when its body has been delivered or given up. */
function watched(response: Response, done: () => void): Response {
  if (!response.body) {
    done()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let open = false
      try {
        const { done: ended, value } = await reader.read()
        open = !ended
        if (value) controller.enqueue(value)
        if (ended) controller.close()
      } finally {
        if (!open) done()
      }
    },
    async cancel(reason) {
      done()
      await reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
