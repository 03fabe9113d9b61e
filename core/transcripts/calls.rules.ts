export type TranscriptFormat = 'claude-code' | 'codex'

/** One use of a tool, as the recording has it. */
export interface ToolCall {
  readonly format: TranscriptFormat
  /** Line of the recording, counted from 1. */
  readonly line: number
  readonly callId: string
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  readonly at: string | null
  readonly cwd: string | null
  readonly sessionId: string | null
}

export type Json = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {}
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
