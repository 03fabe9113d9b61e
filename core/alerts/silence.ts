import { sql } from 'kysely'
import { eventHub } from '#core/events/index'
import { knownSettings } from '#core/settings/index'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { stuckDraft } from './kinds.rules.ts'
import { raiseAlerts } from './raise.ts'
import { heardAt, nextLook, type Watched } from './silence.rules.ts'

const BATCH = 1000
/** So many at once of a fleet that fell silent; the rest is a second later. */
const MAX_BATCHES = 20

/** Raises `stuck` for agents that fell silent. Only those are read whose time to be looked at has come. */
export async function findSilent(runtime: Runtime): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const now = runtime.now()
    const due = await dueAgents(runtime, now)
    const next: (Watched & { readonly next: Date })[] = []
    const silent = new Map<string, Watched[]>()
    for (const agent of due) {
      const { alert_stuck_minutes: minutes } = await runtime.use(knownSettings).of(agent.org_id)
      const at = nextLook(agent, now, minutes * 60_000)
      if (at !== null) next.push({ ...agent, next: at })
      else silent.set(agent.org_id, [...(silent.get(agent.org_id) ?? []), agent])
    }
    await lookLater(runtime, next)
    for (const [orgId, agents] of silent) await raiseStuck(runtime, orgId, agents)
    if (due.length < BATCH) return
  }
}

async function dueAgents(runtime: Runtime, now: Date): Promise<Watched[]> {
  return runtime.db
    .selectFrom('agent_stat as s')
    .innerJoin('agent as a', (join) => join.onRef('a.org_id', '=', 's.org_id').onRef('a.agent_id', '=', 's.agent_id'))
    .select(['s.org_id', 's.agent_id', 's.last_received_at', 's.reported_status', 'a.last_seen_at', 'a.paused_at'])
    .where('s.watch_at', '<=', now)
    .orderBy('s.watch_at')
    .limit(BATCH)
    .execute()
}

/** A row that ingest is writing now is left for the next run: waiting for many of them could become a circle. */
async function lookLater(runtime: Runtime, agents: readonly (Watched & { readonly next: Date })[]): Promise<void> {
  if (agents.length === 0) return
  await transact(runtime.db, (trx) =>
    sql`with free as (
        select s.org_id, s.agent_id, given.next from agent_stat as s
        join json_to_recordset(${JSON.stringify(agents)}::json) as given (org_id text, agent_id text, next timestamptz)
          on s.org_id = given.org_id and s.agent_id = given.agent_id
        where s.watch_at < given.next
        for update of s skip locked)
      update agent_stat as s set watch_at = free.next from free
      where s.org_id = free.org_id and s.agent_id = free.agent_id`.execute(trx),
  )
}

/**
 * An agent that was heard meanwhile is left alone: its row is taken only as it was read, and kept until the alert is
 * there. While the alert is open nobody looks at the agent; it is looked at again when the alert is resolved.
 */
async function raiseStuck(runtime: Runtime, orgId: string, agents: readonly Watched[]): Promise<void> {
  const at = runtime.now()
  const { alert_stuck_minutes: minutes } = await runtime.use(knownSettings).of(orgId)
  const opened = await transact(runtime.db, async (trx) => {
    const { rows } = await sql<{ agent_id: string }>`
      update agent_stat as s set watch_at = null
      from json_to_recordset(${JSON.stringify(agents)}::json) as given (agent_id text, last_received_at timestamptz)
      where s.org_id = ${orgId} and s.agent_id = given.agent_id and s.last_received_at = given.last_received_at
        and s.watch_at is not null
      returning s.agent_id`.execute(trx)
    const taken = new Set(rows.map((row) => row.agent_id))
    const silent = agents.filter((agent) => taken.has(agent.agent_id))
    const drafts = silent.map((agent) => stuckDraft(agent.agent_id, minutes, heardAt(agent)))
    const raised = await raiseAlerts(trx, orgId, at, drafts)
    const open = new Set(raised.map((row) => row.agent_id))
    const muted = silent.filter((agent) => !open.has(agent.agent_id)).map((agent) => agent.agent_id)
    if (muted.length > 0) {
      const watch_at = new Date(at.getTime() + 60_000)
      await trx
        .updateTable('agent_stat')
        .set({ watch_at })
        .where('org_id', '=', orgId)
        .where('agent_id', 'in', muted)
        .execute()
    }
    return raised.length
  })
  if (opened > 0) runtime.use(eventHub).nudge(orgId)
}
