// Writ's gate for OpenClaw: every tool call is asked about before it runs. OpenClaw blocks a call whose hook throws.
import { definePluginEntry } from 'openclaw/plugin-sdk/plugin-entry'
import { objectIn, post, readConnection, Unreachable } from './server.mjs'

/** OpenClaw gives a hook 15 seconds; the answer must be here before that. */
const DEADLINE_MS = 13_000
const LONGEST_WAIT = 9
const RECORD_MS = 4000
const MOST_CALLS = 1000

export default definePluginEntry({
  id: 'writ',
  name: 'Writ',
  description: 'Asks Writ before every tool call, and blocks what it does not allow',
  register(api) {
    api.on('before_tool_call', before, { priority: 1000 })
    api.on('after_tool_call', after)
    // Older releases have no way to replace what a tool gave.
    api.registerAgentToolResultMiddleware?.(replace, { runtimes: ['openclaw', 'codex'] })
  },
})

/** When each call began that may run, and those whose end is on the record. */
const begun = new Map()
const recorded = new Set()

const callOf = ({ toolCallId }, context) => `${context?.sessionId ?? context?.sessionKey} ${toolCallId}`

function keep(calls, add) {
  if (calls.size >= MOST_CALLS) calls.delete(calls.keys().next().value)
  add()
}

async function before(event, context) {
  try {
    const refused = await ask(event, context)
    if (refused === undefined) keep(begun, () => begun.set(callOf(event, context), performance.now()))
    return refused
  } catch (error) {
    return block(`Writ: ${error?.message || 'the gate failed.'}`)
  }
}

async function ask(event, context) {
  const connection = readConnection()
  const wait = Math.max(0, Math.min(Number(connection.wait) || 0, LONGEST_WAIT))
  let answer
  try {
    answer = await post(connection, `ask?wait=${wait}`, bodyOf('before_tool_call', event, context), DEADLINE_MS)
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    if (connection.on_unavailable === 'allow') return undefined
    throw new Error(`${error.message} The call was not run. Start the server (writ serve) or see: writ doctor`, {
      cause: error,
    })
  }
  const keys = Object.keys(answer).join()
  // Only what the server is known to say counts.
  if (answer.block === false && keys === 'block') return undefined
  const { blockReason } = answer
  if (answer.block === true && typeof blockReason === 'string' && blockReason.startsWith('Writ: '))
    return block(blockReason)
  throw new Error(`what answers at ${connection.server} does not speak as a Writ server does.`)
}

async function after(event, context) {
  try {
    begun.delete(callOf(event, context))
    if (recorded.delete(callOf(event, context))) return
    const body = bodyOf('after_tool_call', event, context)
    const ended = {
      tool_response: event.result,
      duration_ms: event.durationMs,
      ...(event.error ? { error: event.error } : {}),
    }
    await post(readConnection(), 'record', { ...body, ...ended }, RECORD_MS)
  } catch {
    // The call is over.
  }
}

/** Records the end of a call, and gives the model its output without secrets. OpenClaw withholds an output when this throws. */
async function replace(event, context) {
  try {
    const { toolCallId, toolName, args, isError, result } = event
    const body = bodyOf('after_tool_call', { toolName, params: args, toolCallId }, context)
    const since = begun.get(callOf(event, context))
    const ended = {
      tool_response: isError ? { ...result, isError: true } : result,
      ...(since === undefined ? {} : { duration_ms: performance.now() - since }),
    }
    const answer = await post(readConnection(), 'record', { ...body, ...ended }, RECORD_MS)
    keep(recorded, () => recorded.add(callOf(event, context)))
    const { content, details } = objectIn(answer.result) ?? {}
    return isLike(content, result.content) ? { result: { ...result, content, details } } : undefined
  } catch {
    return undefined
  }
}

/** What OpenClaw takes for the content of a result, block for block as the tool gave it. */
function isLike(content, original) {
  if (!Array.isArray(content) || !Array.isArray(original) || content.length !== original.length) return false
  return content.every(
    (block, index) =>
      objectIn(block)?.type === original[index]?.type && typeof block.text === typeof original[index].text,
  )
}

const block = (blockReason) => ({ block: true, blockReason })

function bodyOf(name, { toolName, params, toolCallId }, context) {
  const session = context?.sessionId ?? context?.sessionKey
  return {
    hook_event_name: name,
    tool_name: toolName,
    tool_input: params,
    ...(session ? { session_id: session } : {}),
    ...(toolCallId ? { tool_use_id: toolCallId } : {}),
  }
}
