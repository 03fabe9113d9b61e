import { isRecord, recordOf, textOf, type Json, type ToolCall } from './calls.rules.ts'

/** The tool calls on one line of a Claude Code recording; null when the line is not of that format. */
export function claudeCodeCalls(line: Json, number: number): ToolCall[] | null {
  if (!('sessionId' in line) && !('parentUuid' in line)) return null
  const { content } = recordOf(line['message'])
  if (line['type'] !== 'assistant' || !Array.isArray(content)) return []
  return content.filter(isRecord).flatMap((block, index) => {
    const tool = textOf(block['name'])
    if ((block['type'] !== 'tool_use' && block['type'] !== 'server_tool_use') || tool === null) return []
    return {
      format: 'claude-code' as const,
      line: number,
      callId: textOf(block['id']) ?? `line-${number}-${index}`,
      tool,
      input: recordOf(block['input']),
      at: textOf(line['timestamp']),
      cwd: textOf(line['cwd']),
      sessionId: textOf(line['sessionId']),
    }
  })
}
