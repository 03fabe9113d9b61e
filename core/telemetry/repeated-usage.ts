import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Row } from './event.rules.ts'

/** An emitter whose counting signal was silent for so long may have changed how it reports. */
const SILENT_MS = 3_600_000

/**
 * Events whose tokens and costs were told by another signal of the same emitter: the first that came counts, for all
 * replicas, as the row of the source is taken by one statement.
 */
export async function repeatedUsage(ctx: Context, rows: readonly Row[]): Promise<ReadonlySet<Row>> {
  const first = new Map<string, string>()
  for (const { usage_from: from } of rows) if (from && !first.has(from.source)) first.set(from.source, from.signal)
  if (first.size === 0) return new Set()
  const now = ctx.now()
  const wanted = [...first].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const claims = wanted.map(([source, signal]) => ({ source, signal }))
  const { rows: counting } = await sql<{ source: string; signal: string }>`
    insert into usage_source as kept (org_id, source, signal, last_at)
    select ${ctx.actor.orgId}, source, signal, ${now}::timestamptz
    from json_to_recordset(${JSON.stringify(claims)}::json) as given (source text, signal text)
    on conflict (org_id, source) do update set
      signal = case when kept.last_at < ${new Date(now.getTime() - SILENT_MS)} then excluded.signal else kept.signal end,
      last_at = case when kept.signal = excluded.signal or kept.last_at < ${new Date(now.getTime() - SILENT_MS)}
        then excluded.last_at else kept.last_at end
    returning source, signal`.execute(ctx.db)
  const signalOf = new Map(counting.map(({ source, signal }) => [source, signal]))
  return new Set(rows.filter(({ usage_from: from }) => from !== null && signalOf.get(from.source) !== from.signal))
}

/** A source that was silent for a day is forgotten: emitters come and go. */
export async function sweepUsageSources({ db, now }: Runtime): Promise<void> {
  const before = new Date(now().getTime() - 24 * SILENT_MS)
  await db.deleteFrom('usage_source').where('last_at', '<', before).execute()
}
