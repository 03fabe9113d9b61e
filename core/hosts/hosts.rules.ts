/** The agent clients whose tool calls are governed by a hook. Claude Desktop has no hooks, so it is not among them. */
export const HOSTS = ['claude-code', 'codex', 'hermes', 'openclaw'] as const
export type Host = (typeof HOSTS)[number]

/** What is known of a seam. */
export const OUTCOMES = ['enforced', 'advisory', 'dead', 'changed'] as const

/** What Writ found about one tool call, before it is told in a host's own words. */
export interface Ruling {
  readonly verdict: 'allow' | 'deny'
  /** Why not, and what to do next. Never empty for a deny: Codex runs a call that was denied without a reason. */
  readonly reason: string
  /** Told to the model beside an allow. */
  readonly warnings: readonly string[]
  /** A person allowed this very act. */
  readonly approved: boolean
}

/**
 * The object that the host reads as this ruling. An allow by policy is "no objection", so the host's own permission
 * flow still follows; only a person's approval is told as a permission.
 */
export function told(host: Host, ruling: Ruling): Record<string, unknown> {
  const reason = `Writ: ${ruling.reason}`
  switch (host) {
    case 'claude-code':
      return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...asClaude(ruling, reason) } }
    case 'codex':
      // `allow` means nothing there, and an unknown field drops the whole answer.
      return {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          ...(ruling.verdict === 'deny'
            ? { permissionDecision: 'deny', permissionDecisionReason: reason }
            : context(ruling)),
        },
      }
    case 'hermes':
      return ruling.verdict === 'deny' ? { decision: 'block', reason, action: 'block', message: reason } : {}
    case 'openclaw':
      return ruling.verdict === 'deny' ? { block: true, blockReason: reason } : { block: false }
    default:
      return host satisfies never
  }
}

function asClaude(ruling: Ruling, reason: string): Record<string, unknown> {
  if (ruling.verdict === 'deny') return { permissionDecision: 'deny', permissionDecisionReason: reason }
  const permission = ruling.approved ? { permissionDecision: 'allow', permissionDecisionReason: reason } : {}
  return { ...permission, ...context(ruling) }
}

function context({ warnings }: Ruling): Record<string, unknown> {
  return warnings.length === 0 ? {} : { additionalContext: `Writ: ${warnings.join(' ')}` }
}
