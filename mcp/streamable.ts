import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import { createMcpHandler, type AuthInfo, type McpRequestContext, type Server } from '@modelcontextprotocol/server'
import type { Actor } from '#core/kernel/context'
import { Fault, faultBody } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'
import type { Scope } from '#core/kernel/scope'
import { operations as everyOperation } from '#core/registry.gen'
import type { AgentName, Caller } from './caller.ts'
import { Cancellations, clientNameIn, SESSION } from './cancellation.ts'
import { CALL_TOOL } from './catalog-tools.ts'
import { derivedAgent } from './identity.rules.ts'
import { mcpParts, type McpParts } from './parts.ts'
import { mcpServer, type Wrap } from './server.ts'
import { withStepUp } from './step-up.ts'
import { SUBSCRIPTION_LIFETIME_MS, SubscriptionBus } from './subscriptions.ts'
import { toolName } from './tool-list.ts'
import { toolsetOf } from './toolsets.rules.ts'

const MAX_BODY = 2 * 1024 * 1024
const MAX_SUBSCRIPTIONS = 10_000

/** Who the HTTP layer found behind the request. */
export interface Identified {
  readonly actor: Actor
  readonly requestId: string
  /** Sent beside the API key: which agent speaks, not yet verified. */
  readonly identityToken?: string
  /** The challenge with which this client could get a scope that it lacks, when it could. */
  readonly stepUp?: (missing: Scope) => string | undefined
}

export type McpListener = (request: IncomingMessage, response: ServerResponse, identified: Identified) => Promise<void>

export interface McpOptions {
  readonly operations?: readonly Operation[]
  readonly wrap?: Wrap
}

/**
 * MCP over streamable HTTP for both protocol eras from one endpoint. The HTTP layer has checked host, origin and
 * credential. Besides the protocol: `?toolsets=` or `X-Writ-Toolsets` choose the tools, `X-Writ-Agent-Id` names the
 * agent the client speaks for, `X-Writ-Client` the name an agent id may be derived from.
 */
export function mcpListener(runtime: Runtime, { operations = everyOperation, wrap }: McpOptions = {}): McpListener {
  const parts = mcpParts(runtime, operations)
  const factory = (context: McpRequestContext): Server => serverFor(parts, context, wrap)
  const options = {
    maxRequestBodySize: MAX_BODY,
    onerror: (error: Error) => runtime.log.debug({ err: error }, 'an MCP request was refused or failed'),
  }
  const handler = withStepUp(parts, new Cancellations().around(createMcpHandler(factory, options)))
  const handle = toNodeHandler(handler, options)
  // A stream from the start, which is kept alive: an answer that comes after minutes of silence does not arrive everywhere.
  const patiently = createMcpHandler(factory, { ...options, responseMode: 'sse' })
  const handlePatiently = toNodeHandler(withStepUp(parts, patiently), options)
  const patient = patientTools(parts)
  let listening = 0

  const listen = async (request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> => {
    if (listening >= MAX_SUBSCRIPTIONS) throw new Fault('unavailable', 'No further subscription can be opened now.')
    listening += 1
    const bus = await new SubscriptionBus(parts, caller).start().catch((error: unknown) => {
      listening -= 1
      throw error
    })
    // Who hung up meanwhile is not told of again: nothing would ever stop the bus.
    if (response.destroyed) {
      listening -= 1
      bus.stop()
      return
    }
    const handler = createMcpHandler(factory, { ...options, bus, legacy: 'reject' })
    const lifetime = setTimeout(() => void handler.close(), SUBSCRIPTION_LIFETIME_MS)
    response.on('close', () => {
      listening -= 1
      clearTimeout(lifetime)
      bus.stop()
      void handler.close()
    })
    await toNodeHandler(handler, options)(withAuth(request, caller), response)
  }

  return async (request, response, identified) => {
    let caller: Caller
    try {
      caller = callerOf(request, identified, operations)
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      return refuse(response, thrown, identified.requestId)
    }
    if (request.headers['mcp-method'] === 'subscriptions/listen') return listen(request, response, caller)
    const isPatient = request.headers['mcp-method'] === 'tools/call' && patient.has(headerOf(request, 'mcp-name') ?? '')
    await (isPatient ? handlePatiently : handle)(withAuth(request, caller), response)
  }
}

/** Tools that may wait for a person, so that their answer may take minutes. */
function patientTools({ operations }: McpParts): ReadonlySet<string> {
  return new Set([CALL_TOOL, ...operations.filter((op) => op.inChat !== undefined).map(toolName)])
}

function serverFor(parts: McpParts, { era, authInfo }: McpRequestContext, wrap: Wrap | undefined): Server {
  const caller = authInfo?.extra?.['caller']
  if (caller === undefined) throw new Error('An MCP request reached the server without a caller.')
  // A 2025-era request is served alone, without a session: nothing could be sent to its client later.
  return mcpServer(parts, { caller: caller as Caller, subscriptions: era === 'modern', ...(wrap ? { wrap } : {}) })
}

function withAuth(request: IncomingMessage, caller: Caller): NodeIncomingMessageLike {
  const { actor } = caller
  const auth: AuthInfo = { token: '', clientId: actor.principalId, scopes: [...actor.scopes], extra: { caller } }
  return Object.assign(request, { auth }) as NodeIncomingMessageLike
}

function callerOf(
  request: IncomingMessage,
  { actor, requestId, identityToken, stepUp }: Identified,
  operations: readonly Operation[],
): Caller {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const toolset = toolsetOf(searchParams.get('toolsets') ?? headerOf(request, 'x-writ-toolsets'), operations)
  const agent = agentOf(request)
  const token = identityToken === undefined ? {} : { identityToken }
  return { actor, requestId, toolset, ...token, ...(agent ? { agent } : {}), ...(stepUp ? { stepUp } : {}) }
}

function agentOf(request: IncomingMessage): AgentName | undefined {
  const configured = headerOf(request, 'x-writ-agent-id')
  if (configured) {
    if (configured.length > 128) throw new Fault('invalid_input', 'X-Writ-Agent-Id: at most 128 characters')
    return { id: configured, configured: true }
  }
  return derivedAgent(headerOf(request, 'x-writ-client') ?? clientNameIn(headerOf(request, SESSION)))
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What is wrong with the address of the request itself is told as HTTP, with a JSON-RPC body. */
function refuse(response: ServerResponse, fault: Fault, requestId: string): void {
  const error = { code: -32_602, message: fault.message, data: faultBody(fault, requestId) }
  response.writeHead(fault.status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
}
