import type { Kysely } from 'kysely'
import type { Database } from './database.ts'

/** One row as it arrives: see `wire-values.ts` for the JavaScript type of each column type. */
export type Row = Readonly<Record<string, unknown>>

export interface QueryResult<R = Row> {
  readonly rows: R[]
  /** Rows inserted, updated, deleted or selected. */
  readonly rowCount: number
}

/** One open database, the same on both engines. */
export interface DatabaseHandle {
  readonly db: Kysely<Database>
  readonly engine: 'postgres' | 'embedded'
  /**
   * The fast path: one statement, committed by itself, prepared once per connection, one round trip. Never part of a
   * transaction of `db`. Parameters are numbered ($1 …); arrays go to `unnest($1::text[])`, and of them the elements of
   * jsonb[] that are arrays themselves must be JSON text. A single jsonb parameter is JSON text too.
   */
  readonly query: <R = Row>(text: string, values?: readonly unknown[]) => Promise<QueryResult<R>>
  /**
   * Calls back with the payload of every notification from now on. Those sent while the connection was lost are not
   * repeated: read again after `onGap`. Resolves with the function that stops it.
   */
  readonly listen: (
    channel: string,
    onMessage: (payload: string) => void,
    onGap?: () => void,
  ) => Promise<() => Promise<void>>
  /** Payload: at most 7,999 bytes. Never inside a business transaction: it serialises commits. */
  readonly notify: (channel: string, payload: string) => Promise<void>
  /** Resolves when the database answers; throws the Fault `unavailable` otherwise. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Where the database layer reports what nobody awaits. pino's logger fits. */
export interface DatabaseLog {
  warn(fields: object, message: string): void
  info(fields: object, message: string): void
}

export const silentLog: DatabaseLog = { warn: () => {}, info: () => {} }

/** What kysely's PostgreSQL dialect asks of a connection. */
export interface SessionClient {
  query(text: string, values: readonly unknown[]): Promise<never>
  release(destroy?: boolean): void
}

const names = new Map<string, string>()

/** A short, stable name for a statement, so that each connection parses and plans it once. */
export function statementName(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    name = `q${names.size}`
    names.set(text, name)
  }
  return name
}

const channelName = /^[a-z][a-z0-9_]{0,62}$/

/** LISTEN takes no parameters, so a channel must be a plain name. */
export function checkedChannel(channel: string): string {
  if (!channelName.test(channel)) throw new Error(`A channel is lower case letters, digits and _: got ${channel}.`)
  return channel
}
