import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Runtime } from '#core/kernel/runtime'

/** One HTTP exchange and what was found out about it before routing. */
export interface Exchange {
  readonly runtime: Runtime
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  /** Headers of the answer known so far. Kept here, because `setHeader` before `writeHead` is node's slow road. */
  readonly headers: Record<string, string>
}
