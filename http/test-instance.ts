import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import type { Runtime } from '#core/kernel/runtime'
import { testDatabase, testEngine } from '#core/testing/database'
import { startServer } from './serve.ts'

export interface TestInstance {
  readonly url: string
  readonly home: string
  readonly adminKey: string
  readonly agentKey: string
  readonly runtime: Runtime
  close(): Promise<void>
}

/** A whole server with a home of its own, as its first start makes it. */
export async function testInstance(): Promise<TestInstance> {
  const home = await mkdtemp(join(tmpdir(), 'writ-instance-'))
  const database = testEngine() === 'postgres' ? await testDatabase() : undefined
  const url = database?.url
  const settings = { ...loadSettings({ env: {}, home }), port: 0, ...(url === undefined ? {} : { database_url: url }) }
  const server = await startServer({ settings, log: silentLog, signals: false })
  if (server.first === null) throw new Error('A new home has no keys yet.')
  return {
    url: server.url,
    home,
    adminKey: server.first.admin.secret,
    agentKey: server.first.agent.secret,
    runtime: server.runtime,
    async close() {
      await server.close()
      await database?.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
