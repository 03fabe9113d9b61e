import { hashSecret, newSecret } from '#core/keys/index'
import { loadSettings, type Settings } from '#core/kernel/config'
import { Fault } from '#core/kernel/errors'
import { newId } from '#core/kernel/id'
import { silentLog } from '#core/kernel/log'
import { Runtime } from '#core/kernel/runtime'
import type { PersonRole } from '#core/kernel/scope'
import { insertOrg } from '#core/orgs/index'
import { operations } from '#core/registry.gen'
import { started, version } from '#core/system/index'
import { loadSqlParser } from '#core/evidence/index'
import { testDatabase } from '#core/testing/database'
import { mcpListener } from '#mcp/streamable'
import { createApp } from '../app.ts'
import { eventSources } from '../event-payloads.ts'
import { listen } from '../listen.ts'
import { isOwnOrigin, ownAddress } from '../own-address.ts'
import type { OAuthParts, Person } from './parts.ts'

export interface OAuthTestServer {
  readonly url: string
  readonly runtime: Runtime
  /** Orgs to be a member of. */
  readonly orgs: readonly [string, string]
  person(options?: { role?: PersonRole; orgs?: readonly string[] }): Promise<SignedIn>
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
  const oauth: OAuthParts = { operations, personOf, actingPersonOf }
  const app = createApp(runtime, { operations, version, events: eventSources, mcp: mcpListener(runtime), oauth })
  const listening = await listen(app.listener, { host: '127.0.0.1', port: 0 })
  runtime.use(ownAddress).listensOn(listening.url)
  return {
    url: listening.url,
    runtime,
    orgs,
    person: (options) => insertPerson(runtime, { role: options?.role ?? 'admin', orgs: options?.orgs ?? [orgs[0]] }),
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
  const secret = newSecret('ws_')
  await runtime.db
    .insertInto('account_session')
    .values({
      id: newId('ses'),
      token_hash: hashSecret(secret),
      account_id: id,
      member_of: orgs[0] ?? '',
      created_at: at,
      last_seen_at: at,
      expires_at: new Date(at.getTime() + 86_400_000),
      second_factor_at: null,
      address: null,
      user_agent: null,
      revoked_at: null,
    })
    .execute()
  return { accountId: id, email, cookie: `writ_session=${secret}`, csrf: csrfOf(secret) }
}

const csrfOf = (secret: string): string => hashSecret(`csrf ${secret}`)

const personOf: OAuthParts['personOf'] = async (runtime, request): Promise<Person | null> => {
  const secret = /(?:^|; )writ_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
  if (secret === undefined) return null
  const row = await runtime.db
    .selectFrom('account_session as s')
    .innerJoin('account as a', 'a.id', 's.account_id')
    .select(['a.id', 'a.name', 'a.email', 's.member_of', 's.second_factor_at'])
    .where('s.token_hash', '=', hashSecret(secret))
    .where('s.revoked_at', 'is', null)
    .executeTakeFirst()
  if (!row) return null
  const { id, name, email, member_of, second_factor_at } = row
  return { accountId: id, name, email, orgId: member_of, secondFactorAt: second_factor_at, address: '127.0.0.1' }
}

const actingPersonOf: OAuthParts['actingPersonOf'] = async (runtime, request) => {
  const secret = /(?:^|; )writ_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
  const own = isOwnOrigin(runtime.use(ownAddress), request)
  if (!own || request.headers['x-csrf-token'] !== csrfOf(secret))
    throw new Fault('csrf', 'Not from a page of this server.')
  return personOf(runtime, request)
}
