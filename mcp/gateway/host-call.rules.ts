import { recordOf, type Message } from './message.rules.ts'

/** A tool call by the name that the client gave it, which its hook has too. No model writes it. */
export interface HostCall {
  readonly host: 'claude-code' | 'codex'
  readonly session_id: string
  readonly tool_use_id: string
}

/**
 * What Claude Code and Codex tell beside the arguments of a call. Claude Code names its session in the environment of
 * the programs it starts alone.
 */
export function hostCallIn({ params }: Message, claudeSession: string | undefined): HostCall | null {
  const meta = recordOf(recordOf(params)['_meta'])
  const toolUseId = meta['claudecode/toolUseId']
  if (typeof toolUseId === 'string' && claudeSession) {
    return { host: 'claude-code', session_id: claudeSession, tool_use_id: toolUseId }
  }
  const { callId, sessionId, 'x-codex-turn-metadata': turn } = meta
  if (typeof callId !== 'string' || typeof sessionId !== 'string' || turn === undefined) return null
  return { host: 'codex', session_id: sessionId, tool_use_id: callId }
}
