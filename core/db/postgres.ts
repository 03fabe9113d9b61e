import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import { withConnectionFaults } from './connection-fault.rules.ts'
import type { Database } from './database.ts'
import { statementName, type DatabaseHandle, type DatabaseLog, type SessionClient } from './engine.ts'
import { connectionConfig } from './postgres-connection.ts'
import { openListener } from './postgres-listener.ts'

export interface PostgresConfig {
  readonly url: string
  readonly poolSize: number
  readonly log: DatabaseLog
}

const OLDEST_MAJOR = 15
/** Milliseconds. A statement above this is a fault of the statement or of the server; nobody waits for its answer. */
const STATEMENT_TIMEOUT = 30_000

export async function openPostgres({ url, poolSize, log }: PostgresConfig): Promise<DatabaseHandle> {
  const pool = new Pool({ ...connectionConfig(url), max: poolSize, statement_timeout: STATEMENT_TIMEOUT })
  // An idle connection that the server ends must not end the process: the pool replaces it.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'an idle database connection was lost'))
  try {
    await withConnectionFaults(() => refuseOldServer(pool))
  } catch (thrown) {
    await pool.end()
    throw thrown
  }
  const listener = openListener(url, log)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: leasing(pool) as never }) })
  const query: DatabaseHandle['query'] = async (text, values = []) => {
    const { rows, rowCount } = await withConnectionFaults(() =>
      pool.query({ name: statementName(text), text, values: [...values] }),
    )
    return { rows, rowCount: rowCount ?? 0 }
  }
  return {
    db,
    engine: 'postgres',
    query,
    listen: listener.listen,
    notify: async (channel, payload) => void (await query('SELECT pg_notify($1, $2)', [channel, payload])),
    ping: async () => void (await query('SELECT 1')),
    async close() {
      await listener.close()
      await pool.end()
      await db.destroy()
    },
  }
}

async function refuseOldServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: string; name: string }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS name`,
  )
  const [server] = rows
  if (server !== undefined && Number(server.version) >= OLDEST_MAJOR * 10_000) return
  throw new Error(`Writ needs PostgreSQL ${OLDEST_MAJOR} or newer; this server is ${server?.name ?? 'unknown'}.`)
}

/** The pool as kysely sees it, with lost connections told as Faults. */
function leasing(pool: Pool) {
  return {
    options: pool.options,
    connect: () => withConnectionFaults(async () => leaseOf(await pool.connect())),
    end: () => Promise.resolve(),
  }
}

const leases = new WeakMap<PoolClient, SessionClient>()

/** kysely keeps its own state per client object: one lease per connection, for the connection's whole life. */
function leaseOf(client: PoolClient): SessionClient {
  const known = leases.get(client)
  if (known !== undefined) return known
  const lease: SessionClient = {
    query: (text, values) =>
      withConnectionFaults(() => client.query(text, [...values]) as Promise<unknown> as Promise<never>),
    release: (destroy) => client.release(destroy),
  }
  leases.set(client, lease)
  return lease
}
