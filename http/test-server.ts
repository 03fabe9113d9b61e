import { eventHub, emitEvents, type EventDraft } from '#core/events/index'
import { loadSettings, type Settings } from '#core/kernel/config'
import type { Operation } from '#core/kernel/operation'
import { Runtime } from '#core/kernel/runtime'
import { silentLog } from '#core/kernel/log'
import { insertKey, type KeyDraft } from '#core/keys/index'
import { ensureHead } from '#core/ledger/index'
import { testDatabase } from '#core/testing/database'
import { createApp, type AppParts } from './app.ts'
import { listen } from './listen.ts'

export const TEST_ORG = 'org_http'

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly runtime: Runtime
  /** The secret of a new key; role admin unless told. */
  key(draft?: Partial<KeyDraft>, orgId?: string): Promise<string>
  org(orgId: string): Promise<void>
  emit(drafts: readonly EventDraft[], orgId?: string): Promise<void>
  close(): Promise<void>
}

export interface TestServerOptions extends Partial<Omit<AppParts, 'operations'>> {
  readonly settings?: Partial<Settings>
  readonly now?: () => Date
  /** The way to the outside; without one these tests call nobody. */
  readonly fetch?: typeof globalThis.fetch
  readonly judge?: (url: URL) => Promise<string | null>
  /** A further replica on the database of another test server, which closes it. */
  readonly beside?: TestServer
}

/** The real app on a real socket and a database of its own, with the operations of the test. */
export async function testServer(
  operations: readonly Operation[],
  { settings, now, fetch, judge, beside, ...parts }: TestServerOptions = {},
): Promise<TestServer> {
  const database = beside ? { handle: beside.runtime.handle, close: nothing } : await testDatabase()
  const runtime = new Runtime({
    // Closed by the test database, which also removes it.
    handle: { ...database.handle, close: () => Promise.resolve() },
    settings: { ...loadSettings({ env: {}, home: '/nonexistent' }), rate_limit_unauthenticated: 0, ...settings },
    log: silentLog,
    ports: {
      fetch: fetch ?? (() => Promise.reject(new Error('These tests call nobody.'))),
      ...(judge ? { judge } : {}),
    },
    ...(now ? { now } : {}),
  })
  const events = { payloadsOf: stored, recentlySettled: none }
  const app = createApp(runtime, { operations, version: '1.2.3', events, ...parts })
  const listening = await listen(app.listener, { host: '127.0.0.1', port: 0, upgrades: app.upgrades })
  const org = (orgId: string) => insertTestOrg(runtime, orgId)
  if (!beside) await org(TEST_ORG)
  return {
    url: listening.url,
    port: listening.port,
    runtime,
    org,
    key: (draft, orgId = TEST_ORG) => insertTestKey(runtime, orgId, draft ?? {}),
    emit: (drafts, orgId = TEST_ORG) => emit(runtime, orgId, drafts),
    async close() {
      app.drain()
      await listening.stop(1)
      await runtime.close()
      await database.close()
    },
  }
}

const nothing = (): Promise<void> => Promise.resolve()
const stored: AppParts['events']['payloadsOf'] = (_runtime, _orgId, event) => Promise.resolve([event.payload])
const none: AppParts['events']['recentlySettled'] = () => Promise.resolve([])

async function insertTestOrg(runtime: Runtime, orgId: string): Promise<void> {
  const values = { org_id: orgId, name: orgId, created_at: runtime.now() }
  await runtime.db.transaction().execute(async (trx) => {
    await trx
      .insertInto('organization')
      .values({ ...values, halted_at: null, halted_by: null, halt_reason: null })
      .execute()
    await ensureHead(trx, orgId)
    await trx.insertInto('event_head').values({ org_id: orgId, seq: 0 }).execute()
  })
}

async function insertTestKey(runtime: Runtime, orgId: string, draft: Partial<KeyDraft>): Promise<string> {
  const by = { orgId, principalId: 'system:test' }
  const full: KeyDraft = { name: 'test', role: 'admin', ...draft }
  return runtime.db.transaction().execute(async (trx) => (await insertKey(trx, by, runtime.now(), full)).secret)
}

async function emit(runtime: Runtime, orgId: string, drafts: readonly EventDraft[]): Promise<void> {
  await runtime.db.transaction().execute((trx) => emitEvents(trx, orgId, runtime.now(), drafts))
  runtime.use(eventHub).nudge(orgId)
}
