import { sql, type Transaction } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { alertToWire, type AlertRow } from './schema.ts'

interface Ended {
  readonly org_id: string
  readonly alert_id: string
}

const LIMIT = 1000

/** Resolves alerts whose condition ended: the time without a new one is over, or the agent does otherwise now. */
export async function resolveEnded(runtime: Runtime): Promise<void> {
  const now = runtime.now()
  const { rows: lapsed } = await sql<Ended>`
    select org_id, alert_id from agent_alert where ${lapsedBy(now)} order by lapses_at limit ${LIMIT}`.execute(
    runtime.db,
  )
  await resolveAll(runtime, lapsed, lapsedBy(now))
  const { rows: released } = await sql<Ended>`
    select org_id, alert_id from agent_alert where ${RELEASED} limit ${LIMIT}`.execute(runtime.db)
  await resolveAll(runtime, released, RELEASED)
  const eased = withinLimit(now)
  const { rows: afforded } = await sql<Ended>`
    select org_id, alert_id from agent_alert where ${eased} order by org_id, alert_id limit ${LIMIT}`.execute(
    runtime.db,
  )
  await resolveAll(runtime, afforded, eased)
}

const lapsedBy = (now: Date) => sql<boolean>`resolved_at is null and lapses_at <= ${now}`

const RELEASED = sql<boolean>`resolved_at is null and lapses_at is null and exists (
  select 1 from agent_stat as s join agent as a on a.org_id = s.org_id and a.agent_id = s.agent_id
  where s.org_id = agent_alert.org_id and s.agent_id = agent_alert.agent_id and case agent_alert.kind
    when 'stuck' then a.paused_at is not null or s.reported_status = 'stopped'
      or greatest(s.last_received_at, a.last_seen_at) > (agent_alert.data ->> 'silent_since')::timestamptz
    when 'error' then s.reported_status is distinct from 'error'
    else false end)`

/** A limit of costs that was raised above what today cost, or taken away. It has no default: without a row there is none. */
const withinLimit = (now: Date) => sql<boolean>`resolved_at is null and kind = 'cost_spike' and not exists (
  select 1 from org_setting as s where s.org_id = agent_alert.org_id
    and s.key = case agent_alert.agent_id when '' then 'alert_org_cost_usd' else 'alert_agent_cost_usd' end
    and (s.value #>> '{}')::numeric * 1000000 < case agent_alert.agent_id
      when '' then (select sum(cost_micros) from org_usage_day as u
        where u.org_id = agent_alert.org_id and u.day = ${now.toISOString().slice(0, 10)}::date)
      else (select sum(cost_micros) from agent_usage_day as u where u.org_id = agent_alert.org_id
        and u.agent_id = agent_alert.agent_id and u.day = ${now.toISOString().slice(0, 10)}::date) end)`

type Condition = ReturnType<typeof lapsedBy>

async function resolveAll(runtime: Runtime, ended: readonly Ended[], condition: Condition): Promise<void> {
  for (const [orgId, alerts] of Map.groupBy(ended, (one) => one.org_id)) {
    const which = { orgId, ids: alerts.map((one) => one.alert_id), condition }
    const resolved = await transact(runtime.db, (trx) => resolveIn(trx, which, runtime.now()))
    if (resolved > 0) runtime.use(eventHub).nudge(orgId)
  }
}

/** The condition is asked again in the statement that resolves: what was raised anew meanwhile stays open. */
async function resolveIn(
  trx: Transaction<Database>,
  { orgId, ids, condition }: { orgId: string; ids: readonly string[]; condition: Condition },
  at: Date,
): Promise<number> {
  const { rows } = await sql<AlertRow>`
    update agent_alert set resolved_at = ${at}
    where org_id = ${orgId} and alert_id = any(${ids}::text[]) and ${condition} returning *`.execute(trx)
  const stuck = rows.filter(({ kind }) => kind === 'stuck').map((row) => row.agent_id)
  if (stuck.length > 0) {
    await trx
      .updateTable('agent_stat')
      .set({ watch_at: at })
      .where('org_id', '=', orgId)
      .where('agent_id', 'in', stuck)
      .where('watch_at', 'is', null)
      .execute()
  }
  const news = rows.map((row) => ({ name: 'alert.resolved', ref: row.alert_id, payload: alertToWire(row) }))
  await emitEvents(trx, orgId, at, news)
  return rows.length
}
