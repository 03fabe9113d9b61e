import { isRecord, type ToolCall, type TranscriptFormat } from './calls.rules.ts'
import { claudeCodeCalls } from './claude-code.rules.ts'
import { CodexReader } from './codex.rules.ts'

export interface Transcript {
  /** Null when no line is of a known format. */
  readonly format: TranscriptFormat | null
  readonly calls: readonly ToolCall[]
  /** One sentence for each line that could not be read. */
  readonly problems: readonly string[]
}

/** Reads a recording. A line that is not JSON (the last one of a running session, say) is told and passed over. */
export function readTranscript(text: string): Transcript {
  const codex = new CodexReader()
  const calls = new Map<string, ToolCall>()
  const problems: string[] = []
  let format: TranscriptFormat | null = null
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const number = index + 1
    const value = parsed(line)
    if (!isRecord(value)) {
      problems.push(`line ${number} is not a JSON object`)
      continue
    }
    const asCodex = codex.calls(value, number)
    const found = asCodex ?? claudeCodeCalls(value, number)
    if (found === null) continue
    format ??= asCodex === null ? 'claude-code' : 'codex'
    for (const call of found) if (!calls.has(call.callId)) calls.set(call.callId, call)
  }
  return { format, calls: [...calls.values()], problems }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
