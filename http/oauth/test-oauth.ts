import { openSession } from '#core/accounts/index'
import { loadSettings, type Settings } from '#core/kernel/config'
import { newId } from '#core/kernel/id'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import type { PersonRole } from '#core/kernel/scope'
import { insertKey, type KeyDraft } from '#core/keys/index'
import { insertOrg } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { started, version } from '#core/system/index'
import { loadSqlParser } from '#core/evidence/index'
import { testDatabase } from '#core/testing/database'
import { mcpListener } from '#mcp/streamable'
import { csrfTokenOf } from '../accounts/csrf.ts'
import { sessionCookie } from '../accounts/cookie.ts'
import { createApp } from '../app.ts'
import { eventSources } from '../event-payloads.ts'
import { listen } from '../listen.ts'
import { ownAddress } from '../own-address.ts'

export interface OAuthTestServer {
  readonly url: string
  readonly runtime: Runtime
  /** Orgs to be a member of. */
  readonly orgs: readonly [string, string]
  person(options?: { role?: PersonRole; orgs?: readonly string[] }): Promise<SignedIn>
  /** The secret of a new key; role admin unless told. */
  key(draft?: Partial<KeyDraft>): Promise<string>
  advance(ms: number): void
  close(): Promise<void>
}

export interface SignedIn {
  readonly accountId: string
  readonly email: string
  readonly cookie: string
  readonly csrf: string
}

export interface OAuthTestOptions {
  readonly settings?: Partial<Settings>
  readonly fetch?: typeof globalThis.fetch
}

/** The whole product on a real socket with its authorization server; sessions are rows, as a sign-in makes them. */
export async function oauthTestServer({ settings, fetch }: OAuthTestOptions = {}): Promise<OAuthTestServer> {
  await loadSqlParser()
  const database = await testDatabase()
  let ahead = 0
  const runtime = new Runtime({
    handle: { ...database.handle, close: () => Promise.resolve() },
    settings: {
      ...loadSettings({ env: {}, home: '/nonexistent' }),
      rate_limit_unauthenticated: 0,
      secret_key: '0a'.repeat(32),
      ...settings,
    },
    log: silentLog,
    ports: { fetch: fetch ?? (() => Promise.reject(new Error('These tests call nobody.'))) },
    now: () => new Date(Date.now() + ahead),
  })
  runtime.use(started)
  const orgs = [newId('org'), newId('org')] as const
  for (const orgId of orgs) {
    const org = { orgId, name: `Org ${orgId.slice(-4)}`, at: runtime.now(), by: 'test' }
    await runtime.db.transaction().execute((trx) => insertOrg(trx, org))
  }
  const app = createApp(runtime, { operations, version, events: eventSources, mcp: mcpListener(runtime) })
  const listening = await listen(app.listener, { host: '127.0.0.1', port: 0, upgrades: app.upgrades })
  runtime.use(ownAddress).listensOn(listening.url)
  return {
    url: listening.url,
    runtime,
    orgs,
    person: (options) => insertPerson(runtime, { role: options?.role ?? 'admin', orgs: options?.orgs ?? [orgs[0]] }),
    key: async (draft) => {
      const by = { orgId: orgs[0], principalId: 'system:test' }
      const full: KeyDraft = { name: 'test', role: 'admin', ...draft }
      const { db } = runtime
      return db.transaction().execute(async (trx) => (await insertKey(trx, by, runtime.now(), full)).secret)
    },
    advance: (ms) => void (ahead += ms),
    async close() {
      app.drain()
      await listening.stop(1)
      await runtime.close()
      await database.close()
    },
  }
}

async function insertPerson(
  runtime: Runtime,
  { role, orgs }: { role: PersonRole; orgs: readonly string[] },
): Promise<SignedIn> {
  const at = runtime.now()
  const id = newId('usr')
  const email = `${id.slice(-8)}@example.com`
  const none = { password_hash: null, totp_secret: null, totp_confirmed_at: null, totp_last_step: null }
  await runtime.db
    .insertInto('account')
    .values({ id, email, email_key: email, name: 'Alice', created_at: at, disabled_at: null, ...none })
    .execute()
  for (const org_id of orgs) {
    await runtime.db
      .insertInto('membership')
      .values({ org_id, account_id: id, role, created_at: at, created_by: 'test' })
      .execute()
  }
  const session = { accountId: id, orgId: orgs[0] ?? '', secondFactorAt: null, address: null, userAgent: null }
  const { secret } = await openSession(runtime.db, at, session)
  const cookie = sessionCookie(runtime.settings, secret).split(';')[0] ?? ''
  return { accountId: id, email, cookie, csrf: csrfTokenOf(secret) }
}
