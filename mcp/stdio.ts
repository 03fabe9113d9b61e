import {
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ClientCapabilities,
  type JSONRPCMessage,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { declaredCapabilities, declaredName } from './envelope.ts'
import { errorResult } from './errors.ts'
import { instructions } from './instructions.ts'
import { matchResource } from './resources.ts'
import { Upstream, UpstreamError, type Progress, type UpstreamOptions } from './upstream.ts'

export interface StdioBridge {
  /** Settles when the client has hung up or `close` was called. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

const FORWARDED = [
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
] as const

/**
 * Serves MCP of either era on this process's stdin and stdout by asking a Writ server over HTTP. Fails closed: when
 * the server cannot be reached, a tool call is answered with an error that says the act is not allowed.
 */
export function serveStdioBridge(options: UpstreamOptions): StdioBridge {
  const upstream = new Upstream(options)
  const transport = new StdioServerTransport()
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const handle = serveStdio(({ era }) => bridgeServer(upstream, options.version, era), {
    transport: watching(transport, (uris) => upstream.watch(uris)),
  })
  const close = async (): Promise<void> => {
    await handle.close()
    await upstream.close()
    end()
  }
  process.stdin.once('end', () => void close())
  process.stdin.once('close', () => void close())
  return { ended, close }
}

function bridgeServer(upstream: Upstream, version: string, era: 'legacy' | 'modern'): Server {
  const server = new Server(
    { name: 'writ', title: 'Writ', version },
    { capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {} }, instructions },
  )
  for (const method of FORWARDED) {
    server.setRequestHandler(method, async ({ params }, request) => {
      upstream.clientName = declaredName(request) ?? server.getClientVersion()?.name
      const capabilities = declaredCapabilities(request) ?? server.getClientCapabilities() ?? {}
      return (await forward(upstream, { method, params, capabilities }, request)) as never
    })
  }
  if (era === 'legacy') {
    server.setRequestHandler('resources/subscribe', ({ params }) => {
      // Accepted, it would look like a subscription and never tell anything.
      if (!matchResource(params.uri)) throw new ResourceNotFoundError(params.uri)
      upstream.watch([params.uri])
      return {}
    })
    server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      upstream.unwatch(params.uri)
      return {}
    })
  }
  upstream.onResourceUpdated = (uri) => void server.sendResourceUpdated({ uri }).catch(() => undefined)
  return server
}

interface Forwarded {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly capabilities: ClientCapabilities
}

/** Passes on the request with what the protocol library took out of it: progress, answers and sealed state. */
async function forward(
  upstream: Upstream,
  { method, params, capabilities }: Forwarded,
  { mcpReq }: ServerContext,
): Promise<Record<string, unknown>> {
  const token = mcpReq._meta?.progressToken
  const state = mcpReq.requestState<string>()
  const onProgress = (progress: Progress): void => {
    if (token === undefined) return
    const told = { method: 'notifications/progress', params: { ...progress, progressToken: token } }
    mcpReq.notify(told).catch(() => undefined)
  }
  try {
    return await upstream.request({
      method,
      params: {
        ...params,
        ...(mcpReq.inputResponses ? { inputResponses: mcpReq.inputResponses } : {}),
        ...(state === undefined ? {} : { requestState: state }),
        _meta: { [CLIENT_CAPABILITIES_META_KEY]: capabilities },
      },
      signal: mcpReq.signal,
      onProgress,
    })
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    if (method === 'tools/call') return errorResult({ error: error.message, code: 'unavailable', degraded: true })
    throw new ProtocolError(ProtocolErrorCode.InternalError, error.message)
  }
}

/** The protocol library answers `subscriptions/listen` itself; what is listened to is seen only on its way in. */
function watching(transport: StdioServerTransport, watch: (uris: readonly string[]) => void): StdioServerTransport {
  let deliver: StdioServerTransport['onmessage']
  Object.defineProperty(transport, 'onmessage', {
    get: () =>
      deliver &&
      ((message: JSONRPCMessage) => {
        watch(listenedTo(message))
        deliver?.(message)
      }),
    set: (handler: StdioServerTransport['onmessage']) => {
      deliver = handler
    },
  })
  return transport
}

function listenedTo(message: JSONRPCMessage): readonly string[] {
  if (!('method' in message) || message.method !== 'subscriptions/listen') return []
  const wanted = (message.params?.['notifications'] as { resourceSubscriptions?: unknown } | undefined)
    ?.resourceSubscriptions
  return Array.isArray(wanted) ? wanted.filter((uri): uri is string => typeof uri === 'string').slice(0, 1000) : []
}
