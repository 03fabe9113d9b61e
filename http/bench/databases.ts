import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

export type Engine = 'postgres' | 'embedded'

export interface Place {
  readonly engine: Engine
  /** What a server in a process of its own needs to use this database. */
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  readonly url: string | undefined
  remove(): Promise<void>
}

const SERVER = process.env['WRIT_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** An empty database: one of its own on the PostgreSQL server, or a directory on disk (never in memory: fsync must cost). */
export async function place(engine: Engine): Promise<Place> {
  const home = await mkdtemp(join(process.env['WRIT_BENCH_DIR'] ?? tmpdir(), 'writ-bench-'))
  const env = { WRIT_HOME: home, WRIT_PORT: '0', WRIT_HOST: '127.0.0.1', WRIT_LOG_LEVEL: 'warn' }
  const removeHome = (): Promise<void> => rm(home, { recursive: true, force: true })
  if (engine === 'embedded') return { engine, env, home, url: undefined, remove: removeHome }
  const name = `writ_bench_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  return {
    engine,
    home,
    url: url.href,
    env: { ...env, WRIT_DATABASE_URL: url.href },
    async remove() {
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await removeHome()
    },
  }
}

/** Why PostgreSQL cannot be measured here; undefined when it answers. */
export async function postgresProblem(): Promise<string | undefined> {
  try {
    await onServer('SELECT 1')
    return undefined
  } catch (error) {
    return `no PostgreSQL at ${new URL(SERVER).host} (${(error as Error).message}); set WRIT_TEST_DATABASE_URL`
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
