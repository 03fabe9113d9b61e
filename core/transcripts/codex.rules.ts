import { isRecord, recordOf, textOf, type Json, type ToolCall } from './calls.rules.ts'

const lineTypes = new Set([
  'session_meta',
  'turn_context',
  'response_item',
  'event_msg',
  'world_state',
  'compacted',
  'token_usage_record',
])

/** Codex writes session and directory on lines of their own, ahead of the calls they are about. */
export class CodexReader {
  #cwd: string | null = null
  #sessionId: string | null = null

  /** The tool calls on one line of a rollout; null when the line is not of that format. */
  calls(line: Json, number: number): ToolCall[] | null {
    const payload = recordOf(line['payload'])
    if (!lineTypes.has(String(line['type'])) || !('payload' in line)) return null
    if (line['type'] === 'session_meta') this.#sessionId = textOf(payload['id']) ?? textOf(payload['session_id'])
    this.#cwd = textOf(payload['cwd']) ?? this.#cwd
    const found = line['type'] === 'response_item' ? callOf(payload) : null
    if (found === null) return []
    return [
      {
        format: 'codex',
        line: number,
        callId: textOf(payload['call_id']) ?? textOf(payload['id']) ?? `line-${number}`,
        ...found,
        at: textOf(line['timestamp']),
        cwd: textOf(found.input['workdir']) ?? this.#cwd,
        sessionId: this.#sessionId,
      },
    ]
  }
}

function callOf(payload: Json): Pick<ToolCall, 'tool' | 'input'> | null {
  const name = textOf(payload['name'])
  const namespace = textOf(payload['namespace'])
  switch (payload['type']) {
    case 'function_call':
      return name === null ? null : { tool: withNamespace(namespace, name), input: argumentsOf(payload['arguments']) }
    case 'custom_tool_call':
      return name === null ? null : { tool: withNamespace(namespace, name), input: { input: payload['input'] } }
    case 'local_shell_call':
      return { tool: 'local_shell', input: recordOf(payload['action']) }
    case 'web_search_call':
      return { tool: 'web_search', input: recordOf(payload['action']) }
    default:
      return null
  }
}

/** MCP tools come with the server as namespace and their own bare name. */
function withNamespace(namespace: string | null, name: string): string {
  return namespace === null || name.startsWith(namespace) ? name : `${namespace}__${name}`
}

function argumentsOf(value: unknown): Json {
  if (isRecord(value)) return value
  try {
    const parsed: unknown = JSON.parse(String(value))
    return isRecord(parsed) ? parsed : { input: parsed }
  } catch {
    return { input: value }
  }
}
