import { sql, type Kysely } from 'kysely'
import type { Database } from '#core/db/database'
import type { Runtime } from '../kernel/runtime.ts'
import type { Verdict } from './minute-counter.ts'

const DAY_MS = 86_400_000
const KEPT_DAYS = 7

export interface DayLimit {
  readonly orgId: string
  readonly kind: string
  readonly perDay: number
}

/** Counts one call of an org in the day (UTC), unless it is above the limit: one statement, so exact over all replicas. */
export async function takeOfDay(db: Kysely<Database>, { orgId, kind, perDay }: DayLimit, now: Date): Promise<Verdict> {
  const day = now.toISOString().slice(0, 10)
  const reset = Math.ceil((DAY_MS - (now.getTime() % DAY_MS)) / 1000)
  const { rows } = await sql<{ used: number }>`
    insert into request_day as kept (org_id, kind, day, used) values (${orgId}, ${kind}, ${day}::date, 1)
    on conflict (org_id, kind, day) do update set used = kept.used + 1 where kept.used < ${perDay}
    returning used`.execute(db)
  const used = rows[0]?.used
  if (used === undefined) return { allowed: false, limit: perDay, remaining: 0, reset }
  return { allowed: true, limit: perDay, remaining: Math.max(0, perDay - used), reset }
}

export async function sweepDays(runtime: Runtime): Promise<void> {
  const before = new Date(runtime.now().getTime() - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10)
  await sql`delete from request_day where day < ${before}::date`.execute(runtime.db)
}
