import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadSettings, type Settings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { testDatabase, type TestDatabase } from '#core/testing/database'
import { startServer, type RunningServer } from './serve.ts'
import { openStream } from './test-stream.ts'

let home: string
let database: TestDatabase
let running: RunningServer | undefined

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-serve-'))
  database = await testDatabase()
  // The server opens it itself; the embedded engine has one owner.
  await database.handle.close()
})
afterEach(async () => {
  await running?.close()
  running = undefined
})
afterAll(() => rm(home, { recursive: true, force: true }))

function settings(more: Partial<Settings> = {}): Settings {
  const { url, dataDir } = database
  const where = { ...(url === undefined ? {} : { database_url: url }), ...(dataDir === undefined ? {} : { data_dir: dataDir }) }
  return { ...loadSettings({ env: {}, home }), port: 0, ...where, ...more }
}

async function start(more: Partial<Settings> = {}): Promise<RunningServer> {
  running = await startServer({ settings: settings(more), log: silentLog, signals: false })
  return running
}

test('a port in use is one clear sentence, and no first keys are lost by it', async () => {
  const other = createServer()
  const port = await bound(other)
  await expect(start({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program`)
  other.close()
  const { first } = await start()
  expect(first?.admin.secret).toMatch(/^writ_live_/)
})

test('serves the registry, and shows the first keys once', async () => {
  const { url, first, runtime } = await start({ admin_key: undefined } as Partial<Settings>)
  expect(first).toBeNull()
  const health = await fetch(`${url}/api/health`)
  expect(await health.json()).toMatchObject({ status: 'ok', engine: runtime.handle.engine })
  expect((await fetch(`${url}/api/ready`)).status).toBe(200)
  expect((await fetch(`${url}/api/keys`)).status).toBe(401)
})

test('closing ends streams, lets a running call finish, and takes no new one', async () => {
  const { url, runtime } = await start({ shutdown_seconds: 5 })
  const { keyCache } = await import('#core/keys/index')
  expect(runtime.use(keyCache)).toBeDefined()
  const slow = fetch(`${url}/api/ready`)
  await sleep(5)
  const closing = running?.close()
  expect((await slow).status).toBe(200)
  await closing
  await expect(fetch(`${url}/api/health`)).rejects.toThrow()
})

function bound(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}
