import type {
  CallToolResult,
  ClientCapabilities,
  InputRequiredResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import type { Context } from '#core/kernel/context'
import { Fault } from '#core/kernel/errors'
import { invoke } from '#core/kernel/invoke'
import type { Operation } from '#core/kernel/operation'
import { refuseUnknownArguments } from './arguments.rules.ts'
import type { Caller } from './caller.ts'
import { declaredName } from './envelope.ts'
import { faultResult, jsonResult, reportDefect } from './errors.ts'
import { derivedAgent, withIdentity } from './identity.rules.ts'
import { askInChat } from './in-chat.ts'
import type { McpParts } from './parts.ts'

export interface Call {
  readonly parts: McpParts
  readonly caller: Caller
  /** The protocol's side of the request: cancellation, progress, answers of the person. */
  readonly request: ServerContext
  /** What the client declared in a 2025-era handshake. */
  readonly clientCapabilities?: () => ClientCapabilities | undefined
}

/** Runs one operation for a tool call. What it throws becomes a result that the model can read. */
export async function callOperation(
  call: Call,
  op: Operation,
  given: Readonly<Record<string, unknown>>,
): Promise<CallToolResult | InputRequiredResult> {
  const { caller, parts } = call
  try {
    refuseUnknownArguments(op, given)
    const input = withIdentity(op, { ...caller, ...speakerOf(call) }, given)
    const ctx = contextOf(call)
    const question = await askInChat(call, op, ctx, input)
    if (question) return question
    const output = await invoke(op, ctx, input)
    return withWayToApprove(op, output, jsonResult(output as Record<string, unknown>))
  } catch (thrown) {
    reportDefect(parts.runtime.log, thrown, caller.requestId)
    return faultResult(thrown, caller.requestId)
  }
}

/** Who speaks when no header says so: the name that a 2026-era client sends with every request. */
function speakerOf({ caller, request }: Call): Pick<Caller, 'agent'> {
  const agent = caller.agent ?? derivedAgent(declaredName(request))
  return agent ? { agent } : {}
}

export function contextOf({ parts, caller, request }: Call): Context {
  const signal = signalOf(request.mcpReq.signal, caller.cancelled)
  const { identityToken } = caller
  const bare = parts.runtime.context(caller.actor, { signal, requestId: caller.requestId })
  const context = identityToken === undefined ? bare : { ...bare, identityToken }
  const token = request.mcpReq._meta?.progressToken
  if (token === undefined) return context
  const progress = (message: string, done: number, total: number): void => {
    request.mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken: token, progress: done, total, message } })
      .catch((error: unknown) => context.log.debug({ err: error }, 'a progress notification was not delivered'))
  }
  return { ...context, progress }
}

/** Ends the work when nobody waits for it any more; the reason is a Fault, because that is no defect. */
function signalOf(...sources: readonly (AbortSignal | undefined)[]): AbortSignal {
  const controller = new AbortController()
  const abort = (): void => controller.abort(new Fault('gone', 'The call was cancelled.'))
  for (const source of sources) {
    if (source?.aborted) abort()
    else source?.addEventListener('abort', abort, { once: true })
  }
  return controller.signal
}

/** Tells how a person approves what now waits, because an agent's client often cannot do it itself. */
function withWayToApprove(op: Operation, output: unknown, result: CallToolResult): CallToolResult {
  const actionId = op.awaiting?.(output)
  if (typeof actionId !== 'string') return result
  const text = `A person has to approve this first: they run \`writ approve ${actionId}\` (or \`writ deny ${actionId}\`).`
  return { ...result, content: [...result.content, { type: 'text', text }] }
}
