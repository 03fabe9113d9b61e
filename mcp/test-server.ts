import { loadSettings, type Settings } from '#core/kernel/config'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import { insertKey, type KeyDraft } from '#core/keys/index'
import { ensureFirstOrg, FIRST_ORG } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { started, version } from '#core/system/index'
import { testDatabase } from '#core/testing/database'
import { createApp } from '#http/app'
import { eventSources } from '#http/event-payloads'
import { listen } from '#http/listen'
import { mcpListener, type McpOptions } from './streamable.ts'

export interface TestServer {
  readonly url: string
  readonly runtime: Runtime
  /** A key that may approve, and an agent's key that may not. */
  readonly admin: string
  readonly agent: string
  key(draft: Partial<KeyDraft>): Promise<string>
  rest(
    method: string,
    path: string,
    key: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }>
  close(): Promise<void>
}

/** The whole product on a real socket with a database of its own: REST and MCP as they are served. */
export async function testServer(settings: Partial<Settings> = {}, mcp: McpOptions = {}): Promise<TestServer> {
  const database = await testDatabase()
  const runtime = new Runtime({
    // Closed by the test database, which also removes it.
    handle: { ...database.handle, close: () => Promise.resolve() },
    settings: { ...loadSettings({ env: {}, home: '/nonexistent' }), secret_key: '07'.repeat(32), ...settings },
    log: silentLog,
    ports: { fetch: () => Promise.reject(new Error('These tests call nobody.')) },
  })
  runtime.use(started)
  const keys = await ensureFirstOrg(runtime)
  if (!keys) throw new Error('The test database was not empty.')
  const app = createApp(runtime, { operations, version, events: eventSources, mcp: mcpListener(runtime, mcp) })
  const listening = await listen(app.listener, { host: '127.0.0.1', port: 0 })
  return {
    url: listening.url,
    runtime,
    admin: keys.admin.secret,
    agent: keys.agent.secret,
    key: (draft) => insertTestKey(runtime, draft),
    rest: (method, path, key, body) => rest(new URL(path, listening.url), method, key, body),
    async close() {
      app.drain()
      await listening.stop(1)
      await runtime.close()
      await database.close()
    },
  }
}

async function insertTestKey(runtime: Runtime, draft: Partial<KeyDraft>): Promise<string> {
  const by = { orgId: FIRST_ORG, principalId: 'system:test' }
  const full: KeyDraft = { name: 'test', role: 'admin', ...draft }
  return runtime.db.transaction().execute(async (trx) => (await insertKey(trx, by, runtime.now(), full)).secret)
}

async function rest(url: URL, method: string, key: string, body?: object): ReturnType<TestServer['rest']> {
  const response = await fetch(url, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
