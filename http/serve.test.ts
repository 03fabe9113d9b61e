import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { loadSettings, type Settings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { testDatabase, testEngine, type TestDatabase } from '#core/testing/database'
import { startServer, type RunningServer } from './serve.ts'
import { openStream } from './test-stream.ts'

const ADMIN = `writ_test_${'A1b2'.repeat(8)}`
let home: string
let onServer: TestDatabase | undefined
let running: RunningServer | undefined

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'writ-serve-'))
  if (testEngine() === 'postgres') onServer = await testDatabase()
})
afterEach(async () => {
  await running?.close()
  running = undefined
})
afterAll(async () => {
  await onServer?.close()
  await rm(home, { recursive: true, force: true })
})

/** The embedded database lies in `home`, and the tests below go on with what the ones above left. */
function settings(more: Partial<Settings> = {}): Settings {
  const url = onServer?.url
  return { ...loadSettings({ env: {}, home }), port: 0, ...(url === undefined ? {} : { database_url: url }), ...more }
}

async function start(more: Partial<Settings> = {}): Promise<RunningServer> {
  running = await startServer({ settings: settings(more), log: silentLog, signals: false })
  return running
}

test('a port in use is one clear sentence, and no first keys are lost by it', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(start({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use by another program`)
  other.close()
  const { first } = await start({ admin_key: ADMIN })
  expect(first?.admin.secret).toBe(ADMIN)
  expect(first?.agent.secret).toMatch(/^writ_agent_/)
})

test('the next start serves the same org and shows no keys', async () => {
  const { url, first, runtime } = await start()
  expect(first).toBeNull()
  expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ status: 'ok', engine: runtime.handle.engine })
  expect((await fetch(`${url}/api/ready`)).status).toBe(200)
  expect((await fetch(`${url}/api/keys`, { headers: { 'x-api-key': ADMIN } })).status).toBe(200)
})

test('an event stream of the real domains: connected, then ended by the shutdown', async () => {
  const server = await start()
  const { url } = server
  const stream = await openStream(`${url}/api/stream`, { 'x-api-key': ADMIN })
  expect(await stream.next()).toMatchObject({ event: 'connected', data: { orgId: 'org_default' } })
  await server.close()
  expect(await stream.rest()).toEqual([])
  await expect(fetch(`${url}/api/health`)).rejects.toThrow('fetch failed')
})

test('MCP is served at both paths to who has a key', async () => {
  const { url } = await start()
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  for (const path of ['/mcp', '/api/mcp']) {
    const sent = { method: 'POST', body: JSON.stringify(initialize) }
    expect((await fetch(url + path, { ...sent, headers })).status).toBe(401)
    const response = await fetch(url + path, { ...sent, headers: { ...headers, authorization: `Bearer ${ADMIN}` } })
    expect({ status: response.status, text: await response.text() }).toMatchObject({
      status: 200,
      text: expect.stringContaining('"protocolVersion":"2025-11-25"') as string,
    })
  }
})

test('SIGTERM ends the program by itself, with success', async () => {
  const program = join(home, 'program.mjs')
  const source = (path: string): string => JSON.stringify(new URL(path, import.meta.url))
  await writeFile(
    program,
    `import { startServer } from ${source('serve.ts')}
    import { silentLog } from ${source('../core/kernel/log.ts')}
    const { url } = await startServer({ settings: JSON.parse(process.argv[2]), log: silentLog })
    console.log(url)`,
  )
  const command = ['--conditions=writ-source', '--no-warnings', program, JSON.stringify(settings())]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  expect((await fetch(`${printed.toString().trim()}/api/health`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
