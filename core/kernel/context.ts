import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import { Fault } from './errors.ts'
import type { Log } from './log.ts'
import type { Runtime } from './runtime.ts'
import type { PersonRole, Scope } from './scope.ts'

/** Who is asking. `agentId` is set when the credential is bound to one agent. */
export interface Actor {
  readonly orgId: string
  /** Id of the key, user or service behind the call; what the ledger names. */
  readonly principalId: string
  readonly principalName: string
  /** The same for a key and those it was rotated from; absent where nothing is rotated: `principalId` stands for it. */
  readonly lineage?: string
  /** `user`: a person with a session. `grant`: an OAuth client, by what a person allowed it. */
  readonly kind: 'key' | 'user' | 'grant' | 'system'
  readonly role: PersonRole
  readonly scopes: ReadonlySet<Scope>
  readonly agentId: string | null
  /** The address the call came from, when it came over a network. */
  readonly address?: string
  /** The org's control revision when the key was read: what is decided under a later one must look at the key again. */
  readonly control?: number
  /** Asked again before what matters is committed: false once the session or grant behind the call has ended. */
  readonly stillValid?: (db: Kysely<Database>, now: Date) => Promise<boolean>
  /** The session of a person who called with its cookie. */
  readonly sessionId?: string
  /** The person behind a session or grant. */
  readonly accountId?: string
  /** When this person last proved a second factor in this session; null when they did not. */
  readonly secondFactorAt?: Date | null
  /** Requests a minute this credential may make; null or absent: the instance's default. */
  readonly rateLimitPerMinute?: number | null
}

/** Everything a handler may touch. */
export interface Context {
  readonly actor: Actor
  readonly db: Kysely<Database>
  readonly now: () => Date
  readonly signal: AbortSignal
  readonly log: Log
  readonly requestId: string
  readonly runtime: Runtime
  /** A Bearer JWT sent beside an API key: a claim of agent identity, not yet verified. */
  readonly identityToken?: string
  /** The input as it was sent, for operations whose callers sign it (`needsSent`). */
  readonly sent?: Readonly<Record<string, unknown>>
  /** Told about progress of a long call (MCP progress notifications); absent where nobody listens. */
  readonly progress?: (message: string, done: number, total: number) => void
}

/** Refuses a key that is bound to one agent what shows the whole org. `what` ends the sentence "cannot …". */
export function assertWholeOrg({ actor }: Pick<Context, 'actor'>, what: string): void {
  if (actor.agentId === null) return
  throw new Fault('forbidden', `A key bound to one agent cannot ${what}: that shows what other agents of the org did.`)
}
