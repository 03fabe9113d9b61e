import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSettings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { testDatabase, testEngine, type TestDatabase } from '#core/testing/database'
import { startServer, type RunningServer } from './serve.ts'

/** A wire to the database that can be cut: what a restart or a broken network looks like to the server. */
async function wireTo(host: string, port: number) {
  const open = new Set<Socket>()
  let cut = false
  const relay = createServer((client) => {
    if (cut) return client.destroy()
    const server = connect(port, host)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
    return undefined
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return {
    port: (relay.address() as AddressInfo).port,
    setCut(value: boolean) {
      cut = value
      if (cut) for (const socket of open) socket.destroy()
    },
    close: () => relay.close(),
  }
}

describe.runIf(testEngine() === 'postgres')('the database goes away', () => {
  let home: string
  let database: TestDatabase
  let wire: Awaited<ReturnType<typeof wireTo>>
  let server: RunningServer
  let key: string

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'writ-down-'))
    database = await testDatabase()
    const url = new URL(database.url ?? '')
    wire = await wireTo(url.hostname, Number(url.port || 5432))
    url.host = `127.0.0.1:${wire.port}`
    const settings = {
      ...loadSettings({ env: {}, home }),
      port: 0,
      database_url: url.href,
      rate_limit_unauthenticated: 0,
    }
    server = await startServer({ settings, log: silentLog, signals: false })
    key = server.first?.admin.secret ?? ''
  })
  afterAll(async () => {
    await server.close()
    wire.close()
    await database.close()
    await rm(home, { recursive: true, force: true })
  })

  const act = JSON.stringify({ action_type: 'research', agent_id: 'a', declared_goal: 'read' })
  async function call(method: string, path: string) {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const response = await fetch(server.url + path, method === 'GET' ? { headers } : { method, headers, body: act })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  test('503 everywhere but /api/health, no decision is given, and it comes back by itself', async () => {
    expect((await call('POST', '/api/guard')).body['decision']).toBe('allow')
    wire.setCut(true)
    for (let round = 0; round < 5; round += 1) {
      const guard = await call('POST', '/api/guard')
      expect(guard.status).toBe(503)
      expect(guard.body).not.toHaveProperty('decision')
      expect(guard.body).toMatchObject({
        error: expect.any(String) as string,
        request_id: expect.any(String) as string,
      })
      expect((await call('GET', '/api/actions')).status).toBe(503)
    }
    expect((await call('GET', '/api/ready')).status).toBe(503)
    expect((await call('GET', '/api/health')).status).toBe(200)
    expect((await call('GET', '/api/stream')).status).toBe(503)
    wire.setCut(false)
    await expect.poll(async () => (await call('POST', '/api/guard')).status, { timeout: 10_000 }).toBe(200)
    await expect.poll(async () => (await call('GET', '/api/ready')).status, { timeout: 10_000 }).toBe(200)
  })
})
