import { sql } from 'kysely'
import type { Actor, Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { operatorScopes } from '../kernel/scope.ts'
import { hashSecret } from './secret.rules.ts'
import { findByHash, type FoundKey } from './store.ts'

/** How long another replica's revocation may go unseen outside guard; guard checks again when it commits. */
const FRESH_MS = 1000
const MAX_ENTRIES = 20_000
const USED_FLUSH_MS = 15_000

interface Entry {
  readonly row: FoundKey
  readonly actor: Actor
  readonly readAt: number
}

/** Keys by hash, and the time each was last used (written in one statement now and then, never per request). */
export class KeyCache {
  readonly #runtime: Runtime
  readonly #entries = new Map<string, Entry>()
  readonly #used = new Map<string, { orgId: string; id: string; at: Date }>()
  readonly #timer: NodeJS.Timeout

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#timer = setInterval(() => void this.flush(), USED_FLUSH_MS)
    this.#timer.unref()
  }

  /** The actor of a key that is valid now; a 401 otherwise, in the same words for every reason. */
  async actorOf(secret: string): Promise<Actor> {
    const hash = hashSecret(secret)
    const entry = await this.#entry(hash)
    const now = this.#runtime.now()
    if (!entry || !isValid(entry.row, now)) throw unauthenticated()
    this.#used.set(hash, { orgId: entry.row.org_id, id: entry.row.id, at: now })
    return entry.actor
  }

  /** The cached answer, when it is fresh: the hot path's way in without a promise. */
  actorNow(secret: string): Actor | undefined {
    const hash = hashSecret(secret)
    const entry = this.#entries.get(hash)
    const now = this.#runtime.now()
    if (!entry || now.getTime() - entry.readAt > FRESH_MS || !isValid(entry.row, now)) return undefined
    this.#used.set(hash, { orgId: entry.row.org_id, id: entry.row.id, at: now })
    return entry.actor
  }

  /** Whether the key was looked up and found before, valid or not. */
  knows(secret: string): boolean {
    return this.#entries.has(hashSecret(secret))
  }

  forget(hash: string): void {
    this.#entries.delete(hash)
  }

  forgetOrg(orgId: string): void {
    for (const [hash, entry] of this.#entries) if (entry.row.org_id === orgId) this.#entries.delete(hash)
  }

  async flush(): Promise<void> {
    const used = [...this.#used.values()]
    this.#used.clear()
    if (used.length === 0) return
    const column = <T>(pick: (use: (typeof used)[number]) => T): T[] => used.map(pick)
    try {
      await sql`
        with used as (
          select * from unnest(${column((use) => use.orgId)}::text[], ${column((use) => use.id)}::text[], ${column((use) => use.at.toISOString())}::timestamptz[])
            as used (org_id, id, at)
        ), held as (
          -- Locked in one order, so that two replicas never wait for each other in a circle.
          select k.org_id, k.id, used.at from api_key k join used on used.org_id = k.org_id and used.id = k.id
          where k.last_used_at is null or k.last_used_at < used.at
          order by k.org_id, k.id for no key update of k
        )
        update api_key set last_used_at = held.at from held where api_key.org_id = held.org_id and api_key.id = held.id`.execute(
        this.#runtime.db,
      )
    } catch (error) {
      this.#runtime.log.warn({ err: error }, 'could not store when keys were last used')
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  async #entry(hash: string): Promise<Entry | undefined> {
    const now = this.#runtime.now().getTime()
    const known = this.#entries.get(hash)
    if (known && now - known.readAt <= FRESH_MS) return known
    const row = await findByHash(this.#runtime.db, hash)
    if (!row) {
      this.#entries.delete(hash)
      return undefined
    }
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear()
    const entry = { row, actor: actorFrom(row), readAt: now }
    this.#entries.set(hash, entry)
    return entry
  }
}

export const keyCache = resource<KeyCache>({
  name: 'keys.cache',
  open: (runtime) => new KeyCache(runtime),
  close: (cache) => cache.close(),
})

export function isValid(row: Pick<FoundKey, 'revoked_at' | 'expires_at'>, now: Date): boolean {
  return row.revoked_at === null && (row.expires_at === null || row.expires_at > now)
}

/** Refuses an actor whose key, session or grant was revoked or has run out since the call began. */
export async function assertKeyValid(ctx: Context): Promise<void> {
  if (ctx.actor.stillValid && !(await ctx.actor.stillValid(ctx.db, ctx.now()))) throw unauthenticated()
  if (ctx.actor.kind !== 'key') return
  const row = await ctx.db
    .selectFrom('api_key')
    .select(['revoked_at', 'expires_at', 'key_hash'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('id', '=', ctx.actor.principalId)
    .executeTakeFirst()
  // Either way it is read anew: a valid key gets the control revision of today.
  if (row) ctx.runtime.use(keyCache).forget(row.key_hash)
  if (row && isValid(row, ctx.now())) return
  throw unauthenticated()
}

/**
 * The same when what governs the org moved since the key was read. What is decided under `control` and recorded only
 * while that still holds then cannot rest on a key that was revoked before.
 */
export async function assertKeyValidUnder(ctx: Context, control: number): Promise<void> {
  if (ctx.actor.kind !== 'system' && (ctx.actor.control ?? -1) < control) await assertKeyValid(ctx)
}

function actorFrom(row: FoundKey): Actor {
  return {
    orgId: row.org_id,
    principalId: row.id,
    principalName: row.name,
    lineage: row.lineage,
    kind: 'key',
    role: row.role,
    scopes: new Set(row.operator ? [...row.scopes, ...operatorScopes] : row.scopes),
    agentId: row.agent_id,
    control: row.control,
    rateLimitPerMinute: row.rate_limit_per_minute,
  }
}

export function unauthenticated(): Fault {
  return new Fault('unauthenticated', 'Unauthorized - Invalid or missing API key')
}
