import { hash } from 'node:crypto'
import type { ToolEvent } from './schema.ts'

/** The name of one tool call of one session, the same before and after it runs; null when the host gives none. */
export function callKey({ host, session_id, tool_use_id, extra, tool_name }: ToolEvent): string | null {
  const callId = tool_use_id ?? extra?.tool_call_id
  if (callId === undefined) return null
  return `${host}:${hash('sha256', JSON.stringify([session_id ?? null, callId, tool_name]))}`
}
