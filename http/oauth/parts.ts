import type { IncomingMessage } from 'node:http'
import type { Operation } from '#core/kernel/operation'
import type { Runtime } from '#core/kernel/runtime'

/** Who is signed in at the browser behind a request. */
export interface Person {
  readonly accountId: string
  readonly name: string
  readonly email: string
  /** The org their session looks at. */
  readonly orgId: string
  readonly secondFactorAt: Date | null
  readonly address: string
}

/** What the authorization server asks of the rest of the HTTP layer. */
export interface OAuthParts {
  readonly operations: readonly Operation[]
  /** Null when nobody is signed in. */
  personOf(runtime: Runtime, request: IncomingMessage): Promise<Person | null>
  /** The same for a request that changes something: also checks that a page of this server's own sent it. Throws the 403. */
  actingPersonOf(runtime: Runtime, request: IncomingMessage): Promise<Person | null>
}
