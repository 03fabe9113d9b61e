import { sql, type Kysely } from 'kysely'
import { unauthenticated } from '#core/keys/index'
import type { Database } from '../db/database.ts'
import type { Actor } from '../kernel/context.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { scopesOf, type PersonRole, type Scope } from '../kernel/scope.ts'

/** How long another replica's revocation may go unseen where nothing is committed; what is committed asks again. */
const FRESH_MS = 1000
const MAX_ENTRIES = 20_000
const USED_FLUSH_MS = 15_000

/** A grant with its person, their role, and the org's control revision: one statement, so one moment. */
interface FoundGrant {
  readonly org_id: string
  readonly id: string
  readonly account_id: string
  readonly client_name: string
  readonly agent_id: string | null
  readonly scopes: Scope[]
  readonly second_factor_at: Date | null
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly email: string
  readonly role: PersonRole
  readonly control: number
}

interface Entry {
  readonly row: FoundGrant
  /** By what the token asks for: a token may carry less than the grant. */
  readonly actors: Map<string, Actor>
  readonly readAt: number
}

/** Grants by id, and the time each was last used (written in one statement now and then, never per request). */
export class GrantCache {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()
  readonly #used = new Map<string, { orgId: string; at: Date }>()
  readonly #timer: NodeJS.Timeout

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#timer = setInterval(() => void this.flush(), USED_FLUSH_MS)
    this.#timer.unref()
  }

  /** The actor behind a verified token; a 401 when the grant, the membership or the account has ended. */
  async actorOf(id: string, scope: string): Promise<Actor> {
    const known = this.actorNow(id, scope)
    if (known) return known
    const row = await findGrant(this.#runtime.db, id)
    this.#entries.delete(id)
    const now = this.#runtime.now()
    if (!row || !isLive(row, now)) throw unauthenticated()
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear()
    const entry: Entry = { row, actors: new Map(), readAt: now.getTime() }
    this.#entries.set(id, entry)
    return this.#actorIn(entry, scope, now)
  }

  /** The cached answer, when it is fresh. */
  actorNow(id: string, scope: string): Actor | undefined {
    const entry = this.#entries.get(id)
    const now = this.#runtime.now()
    if (!entry || now.getTime() - entry.readAt > FRESH_MS || !isLive(entry.row, now)) return undefined
    return this.#actorIn(entry, scope, now)
  }

  forget(id: string): void {
    this.#entries.delete(id)
  }

  forgetAccount(accountId: string): void {
    for (const [id, { row }] of this.#entries) if (row.account_id === accountId) this.#entries.delete(id)
  }

  async flush(): Promise<void> {
    const used = [...this.#used]
    this.#used.clear()
    if (used.length === 0) return
    try {
      await sql`
        with used as (
          select * from unnest(${used.map(([, use]) => use.orgId)}::text[], ${used.map(([id]) => id)}::text[],
            ${used.map(([, use]) => use.at.toISOString())}::timestamptz[]) as used (org_id, id, at)
        ), held as (
          -- Locked in one order, so that two replicas never wait for each other in a circle.
          select g.org_id, g.id, used.at from oauth_grant g join used on used.org_id = g.org_id and used.id = g.id
          where g.last_used_at is null or g.last_used_at < used.at
          order by g.org_id, g.id for no key update of g
        )
        update oauth_grant set last_used_at = held.at from held
        where oauth_grant.org_id = held.org_id and oauth_grant.id = held.id`.execute(this.#runtime.db)
    } catch (error) {
      this.#runtime.log.warn({ err: error }, 'could not store when grants were last used')
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  #actorIn({ row, actors }: Entry, scope: string, now: Date): Actor {
    this.#used.set(row.id, { orgId: row.org_id, at: now })
    let actor = actors.get(scope)
    if (!actor) {
      // A client can ask for as many different subsets as it likes.
      if (actors.size >= 16) actors.clear()
      actors.set(scope, (actor = this.#actorFrom(row, scope)))
    }
    return actor
  }

  #actorFrom(row: FoundGrant, scope: string): Actor {
    const inToken = new Set(scope.split(' '))
    const ofRole = new Set(scopesOf(row.role))
    const scopes = new Set(row.scopes.filter((one) => inToken.has(one) && ofRole.has(one)))
    return {
      orgId: row.org_id,
      principalId: row.id,
      principalName: `${row.client_name} for ${row.email}`,
      lineage: row.id,
      kind: 'grant',
      role: row.role,
      scopes,
      agentId: row.agent_id,
      accountId: row.account_id,
      secondFactorAt: row.second_factor_at,
      control: row.control,
      stillValid: async (db, now) => {
        // Either way it is read anew: a valid grant gets the control revision of today.
        this.forget(row.id)
        const fresh = await findGrant(db, row.id)
        if (!fresh || !isLive(fresh, now)) return false
        const held = scopesOf(fresh.role)
        return [...scopes].every((one) => held.includes(one))
      },
    }
  }
}

export const grantCache = resource<GrantCache>({
  name: 'grants.cache',
  open: (runtime) => new GrantCache(runtime),
  close: (cache) => cache.close(),
})

function isLive(row: Pick<FoundGrant, 'revoked_at' | 'expires_at'>, now: Date): boolean {
  return row.revoked_at === null && row.expires_at > now
}

/** Not found: no such grant, its person left the org, or the account is disabled. */
async function findGrant(db: Kysely<Database>, id: string): Promise<FoundGrant | undefined> {
  const row = await db
    .selectFrom('oauth_grant as g')
    .innerJoin('account as a', 'a.id', 'g.account_id')
    .innerJoin('membership as m', (join) =>
      join.onRef('m.org_id', '=', 'g.org_id').onRef('m.account_id', '=', 'g.account_id'),
    )
    .leftJoin('ledger_head as h', 'h.org_id', 'g.org_id')
    .select(['g.org_id', 'g.id', 'g.account_id', 'g.client_name', 'g.agent_id', 'g.scopes', 'g.second_factor_at'])
    .select(['g.expires_at', 'g.revoked_at', 'a.email', 'm.role', 'h.control_revision as control'])
    .where('g.id', '=', id)
    .where('a.disabled_at', 'is', null)
    .executeTakeFirst()
  return row && { ...row, control: Number(row.control ?? -1) }
}
