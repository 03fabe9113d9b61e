import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings, type Settings } from '#core/kernel/config'
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
  /** Where the first person makes their account. */
  readonly setupUrl: string
  close(): Promise<void>
}

/** A whole server with a home of its own, as its first start makes it. */
export async function testInstance(changes: Partial<Settings> = {}): Promise<TestInstance> {
  const home = await mkdtemp(join(tmpdir(), 'writ-instance-'))
  const database = testEngine() === 'postgres' ? await testDatabase() : undefined
  const url = database?.url
  const at = url === undefined ? {} : { database_url: url }
  const settings = { ...loadSettings({ env: {}, home }), port: 0, ...at, ...changes }
  const server = await startServer({ settings, log: silentLog, signals: false })
  if (server.first === null || server.setupUrl === null) throw new Error('A new home has no keys and no people yet.')
  return {
    url: server.url,
    home,
    adminKey: server.first.admin.secret,
    agentKey: server.first.agent.secret,
    runtime: server.runtime,
    setupUrl: server.setupUrl,
    async close() {
      await server.close()
      await database?.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
