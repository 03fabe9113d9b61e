import { sql, type Kysely } from 'kysely'
import { hashSecret, unauthenticated } from '#core/keys/index'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { accountScopes, operatorScopes, scopesOf, type PersonRole } from '../kernel/scope.ts'
import { isLive } from './sessions.ts'

/** How long another replica's revocation may go unseen where nothing is committed; what is committed asks again. */
const FRESH_MS = 1000
const MAX_ENTRIES = 10_000
const SEEN_EVERY_MS = 60_000

/** A session with its person, their role in the org it looks at, and the org's control revision: one moment. */
export interface FoundSession {
  readonly id: string
  readonly account_id: string
  readonly org_id: string
  readonly org_name: string
  readonly email: string
  readonly name: string
  readonly operator: boolean
  readonly role: PersonRole
  readonly second_factor: boolean
  readonly second_factor_at: Date | null
  readonly last_seen_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly control: number
}

interface Entry {
  readonly row: FoundSession
  readonly actor: Actor
  readonly readAt: number
  seenAt: number
}

/** Sessions by the hash of their cookie; a person who may no longer see the org is not found. */
export class SessionCache {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** The person behind a cookie, or the 401. */
  async find(secret: string): Promise<{ readonly session: FoundSession; readonly actor: Actor }> {
    const hash = hashSecret(secret)
    const now = this.#runtime.now()
    const known = this.#entries.get(hash)
    const entry = known && now.getTime() - known.readAt <= FRESH_MS ? known : await this.#read(hash, known)
    if (!entry || !isLive(entry.row, now)) throw unauthenticated()
    await this.#seen(entry, now)
    return { session: entry.row, actor: entry.actor }
  }

  forgetAccount(accountId: string): void {
    for (const [hash, { row }] of this.#entries) if (row.account_id === accountId) this.#entries.delete(hash)
  }

  async #read(hash: string, known: Entry | undefined): Promise<Entry | undefined> {
    const row = await findSession(this.#runtime.db, hash)
    this.#entries.delete(hash)
    if (!row) return undefined
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear()
    const entry = {
      row,
      actor: actorFrom(row),
      readAt: this.#runtime.now().getTime(),
      seenAt: known?.seenAt ?? row.last_seen_at.getTime(),
    }
    this.#entries.set(hash, entry)
    return entry
  }

  /** Written at most once a minute for each session, and never backwards. */
  async #seen(entry: Entry, now: Date): Promise<void> {
    if (now.getTime() - entry.seenAt < SEEN_EVERY_MS) return
    entry.seenAt = now.getTime()
    await this.#runtime.db
      .updateTable('account_session')
      .set({ last_seen_at: now })
      .where('id', '=', entry.row.id)
      .where('last_seen_at', '<', now)
      .execute()
  }
}

export const sessionCache = resource<SessionCache>({
  name: 'accounts.sessions',
  open: (runtime) => new SessionCache(runtime),
})

async function findSession(db: Kysely<Database>, tokenHash: string): Promise<FoundSession | undefined> {
  const { rows } = await sql<FoundSession>`
    select s.id, s.account_id, m.org_id, o.name as org_name, a.email, a.name, a.operator, m.role,
      a.totp_confirmed_at is not null as second_factor, s.second_factor_at, s.last_seen_at, s.expires_at, s.revoked_at,
      coalesce(h.control_revision, -1)::float8 as control
    from account_session s
    join account a on a.id = s.account_id and a.disabled_at is null
    join membership m on m.account_id = s.account_id and m.org_id = s.member_of
    join organization o on o.org_id = m.org_id
    left join ledger_head h on h.org_id = m.org_id
    where s.token_hash = ${tokenHash}`.execute(db)
  return rows[0]
}

function actorFrom(row: FoundSession): Actor {
  return {
    orgId: row.org_id,
    principalId: row.account_id,
    principalName: row.email,
    kind: 'user',
    role: row.role,
    scopes: new Set([...scopesOf(row.role), ...accountScopes, ...(row.operator ? operatorScopes : [])]),
    agentId: null,
    sessionId: row.id,
    accountId: row.account_id,
    secondFactorAt: row.second_factor_at,
    control: row.control,
    stillValid: (db, now) => holdsStill(db, row, now),
  }
}

async function holdsStill(db: Kysely<Database>, known: FoundSession, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('account_session as s')
    .innerJoin('account as a', 'a.id', 's.account_id')
    .innerJoin('membership as m', (join) =>
      join.onRef('m.account_id', '=', 's.account_id').onRef('m.org_id', '=', 's.member_of'),
    )
    .select(['s.revoked_at', 's.expires_at', 's.last_seen_at', 'm.role'])
    .where('s.id', '=', known.id)
    .where('a.disabled_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined && row.role === known.role && isLive(row, now)
}
