import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { loadSettings, type Settings } from '../kernel/config.ts'
import type { Actor, Context } from '../kernel/context.ts'
import { newId } from '../kernel/id.ts'
import { silentLog } from '../kernel/log.ts'
import { Runtime, type Ports } from '../kernel/runtime.ts'
import { scopesOf, type Role, type Scope } from '../kernel/scope.ts'
import { loadSqlParser } from '#core/evidence/index'
import { insertKey } from '#core/keys/index'
import { insertOrg } from '#core/orgs/index'
import { testDatabase, type TestDatabase } from './database.ts'

export interface TestRuntime {
  readonly runtime: Runtime
  readonly database: TestDatabase
  /** Moves the clock that the runtime sees. */
  advance(ms: number): void
  close(): Promise<void>
}

const noFetch: typeof fetch = () => Promise.reject(new Error('This test opened no way to the outside.'))

/** A runtime on a throw-away database, without orgs. Its clock runs on and can be moved ahead. */
export async function testRuntime(
  options: { settings?: Partial<Settings>; ports?: Partial<Ports> } = {},
): Promise<TestRuntime> {
  await loadSqlParser()
  const database = await testDatabase()
  let ahead = 0
  const settings = {
    ...loadSettings({ env: {}, home: `${tmpdir()}/writ-no-such-home` }),
    secret_key: randomBytes(32).toString('hex'),
    ...options.settings,
  }
  const runtime = new Runtime({
    // The throw-away database is closed by its own owner, below.
    handle: { ...database.handle, close: () => Promise.resolve() },
    settings,
    ports: { fetch: noFetch, ...options.ports },
    log: silentLog,
    now: () => new Date(Date.now() + ahead),
  })
  return {
    runtime,
    database,
    advance: (ms) => void (ahead += ms),
    close: async () => {
      await runtime.close()
      await database.close()
    },
  }
}

export interface TestOrg {
  readonly orgId: string
  /** A context with a real key of this role in this org. */
  as(role: Role, options?: { agentId?: string; scopes?: readonly Scope[]; name?: string }): Promise<Context>
}

/** An org with the default policies, unless told otherwise. */
export async function testOrg(runtime: Runtime, options: { policies?: 'default' | 'none' } = {}): Promise<TestOrg> {
  const orgId = newId('org')
  const at = runtime.now()
  await runtime.db.transaction().execute((trx) => insertOrg(trx, { orgId, name: 'Test', at, by: 'test' }))
  if (options.policies === 'none') {
    await runtime.db.deleteFrom('guard_policy').where('org_id', '=', orgId).execute()
  }
  return {
    orgId,
    as: async (role, { agentId, scopes, name = `${role} key` } = {}) => {
      const by = { orgId, principalId: 'test' }
      const { row } = await runtime.db
        .transaction()
        .execute((trx) => insertKey(trx, by, runtime.now(), { name, role, agentId, scopes }))
      const actor: Actor = {
        orgId,
        principalId: row.id,
        principalName: row.name,
        lineage: row.lineage,
        kind: 'key',
        role,
        scopes: new Set(scopes ?? scopesOf(role)),
        agentId: agentId ?? null,
      }
      return runtime.context(actor)
    },
  }
}
