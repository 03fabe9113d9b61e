import { openEmbedded } from './embedded.ts'
import { silentLog, type DatabaseHandle, type DatabaseLog } from './engine.ts'
import { openPostgres } from './postgres.ts'

export interface DatabaseConfig {
  /** A PostgreSQL server (15 or newer). Takes precedence over `dataDir`. */
  readonly url?: string | undefined
  /** The directory of the embedded database, made on first use. */
  readonly dataDir?: string | undefined
  /** Connections to PostgreSQL; 10 unless told. The embedded engine has one session. */
  readonly poolSize?: number | undefined
  readonly log?: DatabaseLog | undefined
  /** Embedded only, for throw-away databases: false leaves out fsync. */
  readonly durable?: boolean | undefined
}

/** Opens the database. Migrations are apart: see `migrate`. */
export function openDatabase(config: DatabaseConfig): Promise<DatabaseHandle> {
  const { url, dataDir, poolSize = 10, log = silentLog, durable = true } = config
  if (url !== undefined) return openPostgres({ url, poolSize, log })
  if (dataDir !== undefined) return openEmbedded({ dataDir, durable, log })
  throw new Error('The database needs a url (PostgreSQL) or a dataDir (embedded).')
}
