import type { Actor } from '#core/kernel/context'
import type { Scope } from '#core/kernel/scope'
import type { Toolset } from './toolsets.rules.ts'

/** Who is behind one MCP request, and what was agreed with them outside the protocol. */
export interface Caller {
  readonly actor: Actor
  readonly requestId: string
  readonly toolset: Toolset
  /** Sent beside the API key: which agent speaks, not yet verified. */
  readonly identityToken?: string
  readonly agent?: AgentName
  /** The challenge with which this client could get a scope that it lacks, when it could. */
  readonly stepUp?: (missing: Scope) => string | undefined
  /** Aborted when the client cancels by a request of its own. */
  readonly cancelled?: AbortSignal
}

/** The agent a client speaks for. `configured`: an operator set it; else it was derived from the client's own name. */
export interface AgentName {
  readonly id: string
  readonly configured: boolean
}
