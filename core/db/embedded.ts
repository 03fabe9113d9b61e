import { join } from 'node:path'
import type { Client } from 'pg'
import { Kysely, PostgresDialect } from 'kysely'
import { Fault } from '#core/kernel/errors'
import { withConnectionFaults } from './connection-fault.rules.ts'
import type { Database } from './database.ts'
import { lockDirectory, type DirectoryLock } from './directory-lock.ts'
import { startEngine, type RunningEngine } from './embedded-engine.ts'
import { checkedChannel, statementName, type DatabaseHandle, type DatabaseLog, type SessionClient } from './engine.ts'
import { Subscriptions } from './subscriptions.ts'
import { isCluster, unpackTemplate } from './template.ts'
import { Turns, type Release } from './turns.ts'

export interface EmbeddedConfig {
  readonly dataDir: string
  readonly log: DatabaseLog
  /** False only for throw-away databases: no fsync. */
  readonly durable: boolean
}

/** Milliseconds between two attempts to start a crashed engine. */
const RESTART_PAUSE = 1_000
/** Milliseconds that a statement waits for a transaction of somebody else. */
const LONGEST_WAIT = 30_000

/** Opens the embedded database under `dataDir`, making it on first use. This process is then its one owner. */
export async function openEmbedded(config: EmbeddedConfig): Promise<DatabaseHandle> {
  const lock = lockDirectory(config.dataDir)
  try {
    const cluster = join(config.dataDir, 'cluster')
    if (!isCluster(cluster)) await unpackTemplate(cluster, { durable: config.durable })
    const session = new Session(cluster, config)
    await session.engine()
    return handleOf(session, lock)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

/** The engine's one session, restarted when the engine crashes. */
class Session {
  readonly turns = new Turns(LONGEST_WAIT)
  readonly subscriptions = new Subscriptions()
  readonly #start: { readonly directory: string; readonly durable: boolean }
  readonly #log: DatabaseLog
  #running: Promise<RunningEngine> | undefined
  #lastStart = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(directory: string, { durable, log }: EmbeddedConfig) {
    this.#start = { directory, durable }
    this.#log = log
  }

  /** The running engine; starts it if it is not there. */
  engine(): Promise<RunningEngine> {
    if (this.#closed) return Promise.reject(new Fault('unavailable', 'The database is closed.'))
    if (this.#running === undefined) {
      if (performance.now() - this.#lastStart < RESTART_PAUSE) {
        return Promise.reject(new Fault('unavailable', 'The database is not available.', { retryAfter: 1 }))
      }
      this.#lastStart = performance.now()
      this.#running = this.#open()
      this.#running.catch(() => (this.#running = undefined))
    }
    return this.#running
  }

  async #open(): Promise<RunningEngine> {
    const engine = await startEngine(this.#start)
    engine.client.on('notification', ({ channel, payload }) => this.subscriptions.deliver(channel, payload ?? ''))
    void this.#watch(engine.gone)
    const channels = this.subscriptions.channels()
    for (const channel of channels) await engine.client.query(`LISTEN ${channel}`)
    if (channels.length > 0) this.subscriptions.gap()
    return engine
  }

  async #watch(gone: Promise<string>): Promise<void> {
    const reason = await gone
    this.#running = undefined
    if (!this.#closed) this.#log.warn({ reason }, 'the embedded database crashed; the next query starts it again')
  }

  /** One statement outside any transaction; may be in flight together with others of its kind. */
  async single<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withConnectionFaults(async () => {
      const release = await this.turns.shared()
      try {
        return await work((await this.engine()).client)
      } finally {
        release()
      }
    })
  }

  /** Waits for what is in flight, but not for ever: a transaction that hangs must not keep the process alive. */
  async close(): Promise<void> {
    const release = await this.turns.alone().catch(() => () => {})
    const running = this.#running
    this.#closed = true
    try {
      await (await running?.catch(() => undefined))?.stop()
    } finally {
      release()
    }
  }
}

const opensTransaction = /^\s*(?:begin|start\s+transaction)\b/i

/** What kysely holds while it has "a connection": a place in the queue, taken when the first statement shows which kind. */
class Lease implements SessionClient {
  readonly #session: Session
  #transaction: { readonly client: Client; readonly release: Release } | undefined

  constructor(session: Session) {
    this.#session = session
  }

  async query(text: string, values: readonly unknown[] = []): Promise<never> {
    if (this.#transaction === undefined && opensTransaction.test(text)) await withConnectionFaults(() => this.#begin())
    const send = (client: Client) => client.query(text, [...values]) as Promise<unknown> as Promise<never>
    const open = this.#transaction
    return open === undefined ? this.#session.single(send) : withConnectionFaults(() => send(open.client))
  }

  async #begin(): Promise<void> {
    const release = await this.#session.turns.alone()
    try {
      this.#transaction = { client: (await this.#session.engine()).client, release }
    } catch (thrown) {
      release()
      throw thrown
    }
  }

  release(): void {
    const open = this.#transaction
    this.#transaction = undefined
    if (open === undefined) return
    // A transaction whose end failed must not swallow the next caller's statements.
    if (open.client.getTransactionStatus() === 'I') open.release()
    else open.client.query('ROLLBACK').then(open.release, open.release)
  }
}

function handleOf(session: Session, lock: DirectoryLock): DatabaseHandle {
  const pool = { options: {}, connect: () => Promise.resolve(new Lease(session)), end: () => Promise.resolve() }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: pool as never }) })
  const query: DatabaseHandle['query'] = async (text, values = []) => {
    const { rows, rowCount } = await session.single((client) =>
      client.query({ name: statementName(text), text, values: [...values] }),
    )
    return { rows, rowCount: rowCount ?? 0 }
  }
  return {
    db,
    engine: 'embedded',
    query,
    async listen(channel, onMessage, onGap = () => {}) {
      const subscriber = { onMessage, onGap }
      const first = session.subscriptions.add(checkedChannel(channel), subscriber)
      if (first) await session.single((client) => client.query(`LISTEN ${channel}`))
      return async () => {
        const last = session.subscriptions.remove(channel, subscriber)
        if (last) await session.single((client) => client.query(`UNLISTEN ${channel}`))
      }
    },
    notify: async (channel, payload) => void (await query('SELECT pg_notify($1, $2)', [channel, payload])),
    ping: async () => void (await query('SELECT 1')),
    async close() {
      try {
        await session.close()
      } finally {
        lock.release()
      }
      await db.destroy()
    },
  }
}
