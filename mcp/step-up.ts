import type { AuthInfo, McpHttpHandler } from '@modelcontextprotocol/server'
import { Fault, faultBody } from '#core/kernel/errors'
import type { Operation } from '#core/kernel/operation'
import type { Caller } from './caller.ts'
import { CALL_TOOL } from './catalog-tools.ts'
import type { McpParts } from './parts.ts'
import { isListed, isReachable } from './toolsets.rules.ts'

type Handler = Pick<McpHttpHandler, 'fetch'>

interface ToolCall {
  readonly id?: string | number | null
  readonly method?: unknown
  readonly params?: { readonly name?: unknown; readonly arguments?: unknown }
}

/**
 * Refuses a tool that the client's person did not allow it, as HTTP and before anything is dispatched: a client asks
 * its person for more on a 403, not on the result of a tool. What asking would not bring is left to the tool's answer.
 */
export function withStepUp(parts: McpParts, handler: Handler): Handler {
  return {
    async fetch(request, options) {
      const caller = callerIn(options?.authInfo)
      if (caller?.actor.kind !== 'grant' || !caller.stepUp || request.method !== 'POST')
        return handler.fetch(request, options)
      const call = (options?.parsedBody ?? (await bodyOf(request))) as ToolCall | undefined
      const op = call?.method === 'tools/call' ? operationOf(parts, caller, call) : undefined
      if (!op || op.scope === 'public' || caller.actor.scopes.has(op.scope)) return handler.fetch(request, options)
      const challenge = caller.stepUp(op.scope)
      return challenge === undefined ? handler.fetch(request, options) : refusal(op, challenge, { call, caller })
    },
  }
}

function callerIn(authInfo: AuthInfo | undefined): Caller | undefined {
  return authInfo?.extra?.['caller'] as Caller | undefined
}

async function bodyOf(request: Request): Promise<unknown> {
  try {
    return await request.clone().json()
  } catch {
    // The protocol library has words for what is no JSON.
    return undefined
  }
}

function operationOf({ tools, byName }: McpParts, { toolset }: Caller, { params }: ToolCall): Operation | undefined {
  const name = params?.name
  if (typeof name !== 'string') return undefined
  if (name !== CALL_TOOL) {
    const op = tools.get(name)?.operation
    return op && isListed(toolset, op) ? op : undefined
  }
  const inner = (params?.arguments as { readonly operation?: unknown } | undefined)?.operation
  const op = typeof inner === 'string' ? (byName.get(inner) ?? tools.get(inner)?.operation) : undefined
  return op && isReachable(toolset, op) ? op : undefined
}

function refusal(
  { scope }: Operation,
  challenge: string,
  { call, caller }: { call: ToolCall | undefined; caller: Caller },
): Response {
  const message = `This needs the scope ${scope}, which this application was not given.`
  const fault = new Fault('insufficient_scope', message, { data: { required_scope: scope } })
  const error = { code: -32_003, message, data: faultBody(fault, caller.requestId) }
  const body = JSON.stringify({ jsonrpc: '2.0', id: call?.id ?? null, error })
  return new Response(body, {
    status: 403,
    headers: { 'Content-Type': 'application/json', 'WWW-Authenticate': challenge },
  })
}
