import type { Host } from './hosts.rules.ts'

interface Replacement {
  readonly host: Host
  readonly event: string | undefined
  /** The output without its secrets, in the shape the host gave it. */
  readonly output: unknown
  readonly secrets: number
}

/**
 * What the host reads as another output of a tool that has run. Empty where it has no way to replace one. Claude Code
 * keeps the original when the shape differs from the tool's own; Codex has no word for an output, but shows the model
 * the reason of a block in its place.
 */
export function replaced({ host, event, output, secrets }: Replacement): Record<string, unknown> {
  const taken = `${secrets} secret${secrets === 1 ? '' : 's'}`
  switch (host) {
    case 'claude-code':
      if (event === 'PostToolUse') return told(event, { updatedToolOutput: output })
      // Claude Code replaces no output of a call that failed.
      if (event !== 'PostToolUseFailure') return {}
      return told(event, { additionalContext: `Writ: the output above holds ${taken}. Never repeat or use them.` })
    case 'codex':
      return {
        decision: 'block',
        reason: `Writ took ${taken} out of what this call gave. It ran; the rest is:\n${shownByCodex(output)}`,
      }
    case 'hermes':
    case 'openclaw':
      return { result: output }
    default:
      return host satisfies never
  }
}

const told = (hookEventName: string, fields: object) => ({ hookSpecificOutput: { hookEventName, ...fields } })

/** What Codex shows the model of a result: the structured part of an MCP server's, else its texts. */
function shownByCodex(output: unknown): string {
  if (typeof output === 'string') return output
  const { structuredContent, content } = (output ?? {}) as { structuredContent?: unknown; content?: unknown }
  if (structuredContent !== undefined && structuredContent !== null) return JSON.stringify(structuredContent)
  if (!Array.isArray(content)) return JSON.stringify(output)
  return content.map((block: { type?: unknown; text?: unknown }) => textOf(block)).join('\n')
}

function textOf({ type, text }: { readonly type?: unknown; readonly text?: unknown }): string {
  return typeof text === 'string' ? text : `[${typeof type === 'string' ? type : 'content'} left out]`
}
