import { sql, type Transaction } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { newId } from '../kernel/id.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { AlertDraft } from './kinds.rules.ts'
import { alertToWire, type AlertRow } from './schema.ts'

/**
 * Raises alerts inside the caller's transaction: an agent's open alert of the kind is counted up, another one is opened
 * only where there is none, whoever else does the same. What is muted is left out of the answer.
 */
export async function raiseAlerts(
  trx: Transaction<Database>,
  orgId: string,
  at: Date,
  drafts: readonly AlertDraft[],
): Promise<AlertRow[]> {
  const given = inOneOrder(drafts).map((draft) => ({ ...draft, alert_id: newId('alert') }))
  if (given.length === 0) return []
  const { rows } = await sql<AlertRow>`
    insert into agent_alert as kept
      (org_id, alert_id, agent_id, kind, severity, message, data, count, raised_at, last_at, lapses_at)
    select ${orgId}, alert_id, agent_id, kind, severity, message, data, 1, ${at}, ${at}, lapses_at
    from json_to_recordset(${JSON.stringify(given)}::json) as given (alert_id text, agent_id text, kind text,
      severity text, message text, data jsonb, lapses_at timestamptz)
    where not exists (select 1 from alert_mute as mute where mute.org_id = ${orgId} and mute.agent_id = given.agent_id
      and mute.kind = given.kind and mute.until > ${at})
    on conflict (org_id, agent_id, kind) where resolved_at is null do update set
      count = kept.count + 1,
      last_at = greatest(kept.last_at, excluded.last_at),
      message = excluded.message,
      data = kept.data || excluded.data,
      severity = case when kept.severity = 'critical' then kept.severity else excluded.severity end,
      lapses_at = case when kept.lapses_at is null or excluded.lapses_at is null then null
        else greatest(kept.lapses_at, excluded.lapses_at) end
    returning *`.execute(trx)
  const opened = rows.filter(({ count }) => count === 1)
  const news = opened.map((row) => ({ name: 'alert.raised', ref: row.alert_id, payload: alertToWire(row) }))
  await emitEvents(trx, orgId, at, news)
  return rows
}

/** The last of those that are the same, and all in the order in which everybody locks them. */
function inOneOrder(drafts: readonly AlertDraft[]): AlertDraft[] {
  const keyed = new Map(drafts.map((draft) => [`${draft.agent_id}\0${draft.kind}`, draft]))
  return [...keyed].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, draft]) => draft)
}

export async function raise(runtime: Runtime, orgId: string, drafts: readonly AlertDraft[]): Promise<void> {
  if (drafts.length === 0) return
  const rows = await transact(runtime.db, (trx) => raiseAlerts(trx, orgId, runtime.now(), drafts))
  if (rows.some(({ count }) => count === 1)) runtime.use(eventHub).nudge(orgId)
}
