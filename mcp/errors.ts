import { ProtocolError, ProtocolErrorCode, type CallToolResult } from '@modelcontextprotocol/server'
import { asFault, faultBody, Fault } from '#core/kernel/errors'
import type { Log } from '#core/kernel/log'

/**
 * A Fault as a tool result, so that the model can read it: the same JSON that REST answers with, the sentence first,
 * because a blocked act carries its whole decision behind it and some clients cut long results.
 */
export function faultResult(thrown: unknown, requestId: string): CallToolResult {
  const { error, code, details, ...data } = faultBody(asFault(thrown), requestId)
  return errorResult({ error, code, ...(details ? { details } : {}), ...data })
}

/**
 * As text only: 2025-era clients check structured content against the output schema in errors as well, and throw the
 * result away when it does not fit, so that the model would never read why.
 */
export function errorResult(body: Readonly<Record<string, unknown>>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(body) }], isError: true }
}

/** One JSON object, structured and as text for clients that read only text. */
export function jsonResult(body: Readonly<Record<string, unknown>>): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(body) }],
    structuredContent: body,
  }
}

/** A Fault outside a tool call (reading a resource, getting a prompt) as a JSON-RPC error. */
export function protocolError(thrown: unknown, requestId: string): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown
  const fault = asFault(thrown)
  const code = fault.status < 500 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
  return new ProtocolError(code, fault.message, faultBody(fault, requestId))
}

/** What no operation threw is a defect of this adapter: logged whole, told as a bare internal error. */
export function reportDefect(log: Log, thrown: unknown, requestId: string): void {
  if (thrown instanceof Fault || thrown instanceof ProtocolError) return
  log.error({ err: thrown, request_id: requestId }, 'an MCP request failed outside any operation')
}
