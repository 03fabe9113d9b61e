import { sql } from 'kysely'
import { emitEvents, eventHub } from '#core/events/index'
import type { Runtime } from '../kernel/runtime.ts'
import { afterClosing } from './closing.ts'
import type { ActionRow } from './schema.ts'

const SENTENCE = 'Nobody reported how this action ended within the time the org allows.'

/**
 * Marks actions whose outcome was never reported as lost_confirmation, oldest first; answers how many. The timeout
 * is the org's `outcome_timeout_minutes`, else the instance's. Any number of replicas may run it at once.
 */
export async function sweepLostOutcomes(runtime: Runtime, limit = 200): Promise<number> {
  const at = runtime.now()
  const minutes = runtime.settings.outcome_timeout_minutes
  const due = await sql<{ org_id: string; action_id: string }>`
    select a.org_id, a.action_id from action_record a
    left join org_setting s on s.org_id = a.org_id and s.key = 'outcome_timeout_minutes'
    where a.outcome_status = 'pending' and a.status in ('running', 'pending', 'unknown')
      and a.created_at < ${at}::timestamptz - interval '1 minute'
      and a.created_at < ${at}::timestamptz - make_interval(mins => coalesce((s.value #>> '{}')::int, ${minutes}::int))
      and coalesce(a.approved_at, a.created_at) < ${at}::timestamptz - make_interval(mins => coalesce((s.value #>> '{}')::int, ${minutes}::int))
    order by a.created_at limit ${limit}`.execute(runtime.db)
  let lost = 0
  for (const row of due.rows) if (await markLost(runtime, row.org_id, row.action_id, at)) lost += 1
  return lost
}

async function markLost(runtime: Runtime, orgId: string, actionId: string, at: Date): Promise<boolean> {
  const row = await runtime.db.transaction().execute(async (trx) => {
    const marked: ActionRow | undefined = await trx
      .updateTable('action_record')
      .set({
        status: 'unknown',
        outcome_status: 'lost_confirmation',
        outcome_at: at,
        outcome_summary: SENTENCE,
        close_source: sql<string>`coalesce(close_source, 'sweep')`,
        updated_at: at,
      })
      .where('org_id', '=', orgId)
      .where('action_id', '=', actionId)
      .where('outcome_status', '=', 'pending')
      .where('status', 'in', ['running', 'pending', 'unknown'])
      .returningAll()
      .executeTakeFirst()
    if (!marked) return undefined
    await afterClosing(trx, marked, { at, by: 'system:outcome-sweep', outcome: 'lost_confirmation' })
    const signal = {
      type: 'lost_confirmation',
      severity: 'amber',
      label: 'An action ended without a report',
      detail: SENTENCE,
      agent_id: marked.agent_id,
      action_id: marked.action_id,
      detected_at: at.toISOString(),
    }
    await emitEvents(trx, orgId, at, [{ name: 'signal.detected', ref: actionId, payload: signal }])
    return marked
  })
  if (row) runtime.use(eventHub).nudge(orgId)
  return row !== undefined
}
