import { sql, type Kysely, type Transaction } from 'kysely'
import { emitEvents, eventHub, type EventDraft } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { resource, type Runtime } from '../kernel/runtime.ts'
import { explained } from './explain.rules.ts'
import { measureDrift } from './measure.ts'
import { isAlarming, type DimensionReport } from './report.rules.ts'
import { fixBaseline, type AgentKey } from './store.ts'

/** Of an agent that works all the time alerts are looked at this often. */
const EVERY_MS = 3_600_000
const AT_ONCE = 500

/** Opens an alert for each dimension that left the baseline, unless it has one, and closes those that are back. */
export async function watchAgent(runtime: Runtime, agent: AgentKey): Promise<void> {
  const at = runtime.now()
  const { baseline, current, report } = await measureDrift(runtime.db, agent, at)
  if (baseline === undefined || current === undefined) return
  await fixBaseline(runtime.db, agent, baseline, at)
  const left = report.dimensions.filter(isAlarming)
  const back = report.dimensions.filter(({ status }) => status === 'healthy')
  const told = await transact(runtime.db, async (trx) => {
    await trx
      .updateTable('drift_baseline')
      .set({ evaluated_at: at })
      .where('org_id', '=', agent.orgId)
      .where('agent_id', '=', agent.agentId)
      .execute()
    const events = [...(await openAlerts(trx, agent, left, at)), ...(await closeAlerts(trx, agent, back, at))]
    await emitEvents(trx, agent.orgId, at, events)
    return events.length > 0
  })
  if (told) runtime.use(eventHub).nudge(agent.orgId)
}

/** The events of those that were not open yet; what is known of an open one is brought up to date. */
async function openAlerts(
  trx: Transaction<Database>,
  { orgId, agentId }: AgentKey,
  left: readonly DimensionReport[],
  at: Date,
): Promise<EventDraft[]> {
  if (left.length === 0) return []
  const given = left.map(({ dimension, status, distance, change }) => ({
    dimension,
    severity: status === 'drifting' ? 'critical' : 'warning',
    distance,
    explanation: change === null ? '' : explained(change),
  }))
  const { rows } = await sql<{ dimension: string; is_new: boolean }>`
    insert into drift_alert as kept (org_id, agent_id, dimension, opened_at, severity, distance, explanation)
    select ${orgId}, ${agentId}, dimension, ${at}::timestamptz, severity, distance, explanation
    from json_to_recordset(${JSON.stringify(given)}::json)
      as given (dimension text, severity text, distance float8, explanation text)
    order by dimension
    on conflict (org_id, agent_id, dimension) where resolved_at is null do update set
      severity = excluded.severity, distance = excluded.distance, explanation = excluded.explanation
    returning dimension, xmax = 0 as is_new`.execute(trx)
  const fresh = new Set(rows.filter((row) => row.is_new).map((row) => row.dimension))
  return given
    .filter(({ dimension }) => fresh.has(dimension))
    .map((one) => ({ name: 'drift.detected', ref: agentId, payload: { agent_id: agentId, ...one } }))
}

async function closeAlerts(
  trx: Transaction<Database>,
  { orgId, agentId }: AgentKey,
  back: readonly DimensionReport[],
  at: Date,
): Promise<EventDraft[]> {
  if (back.length === 0) return []
  const closed = await trx
    .updateTable('drift_alert')
    .set({ resolved_at: at })
    .where('org_id', '=', orgId)
    .where('agent_id', '=', agentId)
    .where(
      'dimension',
      'in',
      back.map(({ dimension }) => dimension),
    )
    .where('resolved_at', 'is', null)
    .returning(['dimension', 'opened_at'])
    .execute()
  return closed.map(({ dimension, opened_at: opened }) => ({
    name: 'drift.resolved',
    ref: agentId,
    payload: { agent_id: agentId, dimension, opened_at: opened.toISOString() },
  }))
}

interface Round {
  /** The last agent that was looked at; the next turn goes on behind it. */
  after: AgentKey
}

const NOBODY: AgentKey = { orgId: '', agentId: '' }
const round = resource<Round>({ name: 'drift.round', open: () => ({ after: NOBODY }) })

interface Candidate extends AgentKey {
  readonly due: boolean
}

/** One turn of the job: the next agents in the order of their keys, those with news since they were looked at. */
export async function watchDrift(runtime: Runtime, atOnce: number = AT_ONCE): Promise<number> {
  const place = runtime.use(round)
  const page = await candidates(runtime.db, place.after, runtime.now(), atOnce)
  const due = page.filter((one) => one.due)
  for (const agent of due) {
    await watchAgent(runtime, agent).catch((error: unknown) =>
      runtime.log.warn({ err: error, org: agent.orgId, agent: agent.agentId }, 'drift of an agent could not be told'),
    )
  }
  place.after = page.length < atOnce ? NOBODY : (page.at(-1) ?? NOBODY)
  return due.length
}

async function candidates(db: Kysely<Database>, after: AgentKey, now: Date, limit: number): Promise<Candidate[]> {
  const longAgo = new Date(now.getTime() - EVERY_MS)
  const { rows } = await sql<Candidate>`
    select agent.org_id as "orgId", agent.agent_id as "agentId",
      greatest(stat.last_received_at, agent.last_seen_at) > coalesce(base.evaluated_at, '-infinity'::timestamptz)
        and (base.evaluated_at is null or base.evaluated_at <= ${longAgo}) as due
    from agent
      left join agent_stat as stat on stat.org_id = agent.org_id and stat.agent_id = agent.agent_id
      left join drift_baseline as base on base.org_id = agent.org_id and base.agent_id = agent.agent_id
    where (agent.org_id, agent.agent_id) > (${after.orgId}, ${after.agentId})
    order by agent.org_id, agent.agent_id limit ${limit}`.execute(db)
  return rows
}
