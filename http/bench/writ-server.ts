import { randomBytes } from 'node:crypto'
import { benchPolicies } from '#core/policies/evaluate.bench'
import { place, type Engine, type Place } from './databases.ts'
import { jsonPost, runLoad } from './load.ts'
import { startProgram, type Program } from './processes.ts'

export interface WritServer {
  readonly program: Program
  readonly place: Place
  readonly url: string
  readonly adminKey: string
  /** Stops the server, lets `between` work on its database, and starts it again. */
  restart(between?: () => Promise<void>): Promise<void>
  /** The same after `kill -9`. */
  restartKilled(): Promise<void>
  /** Stops the server and removes its database. */
  remove(): Promise<void>
}

export interface WritServerOptions {
  readonly policies?: number
  readonly nodeFlags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A server in a process of its own on an empty database, with so many policies beside the default pack. */
export async function writServer(engine: Engine, options: WritServerOptions = {}): Promise<WritServer> {
  const where = await place(engine)
  const adminKey = `writ_live_${randomBytes(16).toString('hex')}`
  try {
    const env = { ...where.env, WRIT_ADMIN_KEY: adminKey, ...options.env }
    const start = (): Promise<Program> =>
      startProgram('../cli/main.ts', { args: ['serve', '--json'], env, nodeFlags: options.nodeFlags ?? [] })
    let program = await start()
    const server: WritServer = {
      place: where,
      adminKey,
      get program() {
        return program
      },
      get url() {
        return program.url
      },
      async restart(between) {
        await program.stop()
        await between?.()
        program = await start()
      },
      async restartKilled() {
        await program.stop('SIGKILL')
        program = await start()
      },
      async remove() {
        await program.stop()
        await where.remove()
      },
    }
    try {
      await createPolicies(server.url, adminKey, options.policies ?? 0)
    } catch (error) {
      await program.stop()
      throw error
    }
    return server
  } catch (error) {
    await where.remove()
    throw error
  }
}

/** The mix of the policy measurements, created as a person would: over REST, checked like any other. */
async function createPolicies(url: string, key: string, count: number): Promise<void> {
  if (count === 0) return
  const requests = benchPolicies(count).map(({ id, policy_type, rules, agent_ids }) =>
    jsonPost(
      `${url}/api/policies`,
      { name: id, policy_type, rules, ...(agent_ids === null ? {} : { agent_ids }) },
      { 'x-api-key': key },
    ),
  )
  let problem: string | undefined
  const { answers, refused } = await runLoad({
    url,
    requests,
    connections: 1,
    total: count,
    onAnswer: ({ status, body }) => {
      if (status !== 201) problem ??= `${status} ${body()}`
    },
  })
  if (answers !== count || refused > 0) throw new Error(`The policies could not be created: ${problem ?? 'no answer'}`)
}
