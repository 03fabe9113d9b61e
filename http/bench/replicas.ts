import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { place } from './databases.ts'
import { startProgram, type Program } from './processes.ts'

/** Two servers in processes of their own on one PostgreSQL, as behind a balancer. */
export interface Replicas {
  readonly a: Program
  readonly b: Program
  readonly adminKey: string
  /** A connection of its own to their database. */
  readonly database: Client
  /** The one that runs this job, or ran it last. */
  holderOf(job: string): Promise<Program>
  remove(): Promise<void>
}

export async function replicas(env: Readonly<Record<string, string>> = {}): Promise<Replicas> {
  const where = await place('postgres')
  const adminKey = `writ_live_${randomBytes(16).toString('hex')}`
  const database = new Client({ connectionString: where.url })
  const started: Program[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(started.map((program) => program.stop('SIGKILL')))
    await database.end()
    await where.remove()
  }
  const start = async (): Promise<Program> => {
    const all = { ...where.env, WRIT_ADMIN_KEY: adminKey, ...env }
    const program = await startProgram('../cli/main.ts', { args: ['serve', '--json'], env: all })
    started.push(program)
    return program
  }
  const holder = async (job: string): Promise<string | undefined> => {
    const { rows } = await database.query<{ holder: string }>('select holder from job_lease where name = $1', [job])
    return rows[0]?.holder
  }
  try {
    await database.connect()
    const a = await start()
    // Alone it runs every job, which tells the name it goes by.
    let ofA: string | undefined
    while (ofA === undefined) ofA = await holder('alerts.sweep')
    const b = await start()
    return {
      a,
      b,
      adminKey,
      database,
      holderOf: async (job) => ((await holder(job)) === ofA ? a : b),
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
