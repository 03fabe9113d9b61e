import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { testDatabase, testEngine } from '../testing/database.ts'
import { openDatabase } from './open.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** A road to the server that can be cut and mended. */
class Road {
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  constructor(target: URL) {
    this.#target = target
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.#target.port || 5432), this.#target.hostname)
      for (const socket of [near, far]) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => this.#sockets.delete(socket))
      }
      near.pipe(far).pipe(near)
    })
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address !== null && typeof address === 'object') this.port = address.port
    this.#server = server
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

async function roadToDatabase() {
  const database = await testDatabase()
  closing.push(() => database.close())
  const url = new URL(database.url ?? '')
  const road = new Road(new URL(url))
  await road.mend()
  closing.push(() => road.cut())
  url.hostname = '127.0.0.1'
  url.port = String(road.port)
  const handle = await openDatabase({ url: url.href, poolSize: 4 })
  closing.push(() => handle.close())
  return { road, handle, elsewhere: database.handle }
}

describe.runIf(testEngine() === 'postgres')('on a server', () => {
  test('a lost server is told as unavailable on both roads, and comes back by itself', async () => {
    const { road, handle } = await roadToDatabase()
    await handle.query('SELECT 1')
    const inFlight = handle.query('SELECT pg_sleep(5)')
    await pause(100)
    await road.cut()
    await expect(inFlight).rejects.toMatchObject({ code: 'unavailable', status: 503 })
    await expect(handle.query('SELECT 1')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(sql`SELECT 1`.execute(handle.db)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(
      handle.db.transaction().execute((transaction) => sql`SELECT 1`.execute(transaction)),
    ).rejects.toMatchObject({ code: 'unavailable' })
    await road.mend()
    await handle.ping()
  })

  test('a listener hears again after the connection was lost, and is told of the gap', async () => {
    const { road, handle, elsewhere } = await roadToDatabase()
    const heard: string[] = []
    let gaps = 0
    await handle.listen(
      'things',
      (payload) => heard.push(payload),
      () => gaps++,
    )
    await elsewhere.notify('things', 'before')
    await expect.poll(() => heard).toEqual(['before'])
    await road.cut()
    await elsewhere.notify('things', 'missed')
    await road.mend()
    await expect.poll(() => gaps, { timeout: 10_000 }).toBe(1)
    await elsewhere.notify('things', 'after')
    await expect.poll(() => heard).toEqual(['before', 'after'])
  })

  test('a server that is not there is refused with a Fault', async () => {
    await expect(openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  test('a statement cancelled by its time limit is told as a timeout', async () => {
    const { handle } = await roadToDatabase()
    await expect(
      handle.db.connection().execute(async (connection) => {
        await sql`SET statement_timeout = 50`.execute(connection)
        await sql`SELECT pg_sleep(5)`.execute(connection)
      }),
    ).rejects.toMatchObject({ code: 'timeout', status: 504 })
  })
})
