import { sql, type Transaction } from 'kysely'
import { eventHub } from '#core/events/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { afterClosing } from './closing.ts'
import { lockAction } from './lock.ts'
import type { ActionRow } from './schema.ts'

const BY = 'system:outcome-sweep'
const LOST = 'Nobody reported how this action ended within the time the org allows.'
const NEVER_FETCHED = 'It was approved, but the agent never fetched the approval, so it was not carried out.'

/**
 * Closes actions whose outcome was never reported, oldest first: as lost_confirmation, or as expired when the act was
 * approved and never handed out. Answers how many; one that cannot be closed is logged and tried again. The timeout
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
  let closed = 0
  for (const { org_id, action_id } of due.rows) {
    try {
      if (!(await transact(runtime.db, (trx) => close(trx, org_id, action_id, at)))) continue
      closed += 1
      runtime.use(eventHub).nudge(org_id)
    } catch (error) {
      runtime.log.error({ err: error, org: org_id, action: action_id }, 'an action without an outcome stays open')
    }
  }
  return closed
}

/** False when somebody was faster. */
async function close(trx: Transaction<Database>, orgId: string, actionId: string, at: Date): Promise<boolean> {
  const row = await lockAction(trx, orgId, actionId)
  if (row?.outcome_status !== 'pending') return false
  if (row.status !== 'running' && row.status !== 'pending' && row.status !== 'unknown') return false
  if (row.approved_by !== null && row.released_at === null) await expire(trx, row, at)
  else await markLost(trx, row, at)
  return true
}

/** Nobody was told that it is allowed, so nobody acted: there is nothing to verify. */
async function expire(trx: Transaction<Database>, row: ActionRow, at: Date): Promise<void> {
  const expired = await change(trx, row, {
    status: 'expired',
    approved_by: null,
    error_message: NEVER_FETCHED,
    outcome_status: 'failed',
    outcome_at: at,
    outcome_error: NEVER_FETCHED,
    close_source: 'expiry',
    timestamp_end: at,
    updated_at: at,
  })
  await afterClosing(trx, expired, { at, by: BY, outcome: 'failed' })
}

async function markLost(trx: Transaction<Database>, row: ActionRow, at: Date): Promise<void> {
  const lost = await change(trx, row, {
    status: 'unknown',
    outcome_status: 'lost_confirmation',
    outcome_at: at,
    outcome_summary: LOST,
    close_source: row.close_source ?? 'sweep',
    updated_at: at,
  })
  const payload = {
    type: 'lost_confirmation',
    severity: 'amber',
    label: 'An action ended without a report',
    detail: LOST,
    agent_id: row.agent_id,
    action_id: row.action_id,
    detected_at: at.toISOString(),
  }
  const events = [{ name: 'signal.detected', ref: row.action_id, payload }]
  await afterClosing(trx, lost, { at, by: BY, outcome: 'lost_confirmation', events })
}

function change(trx: Transaction<Database>, row: ActionRow, fields: Partial<ActionRow>): Promise<ActionRow> {
  return trx
    .updateTable('action_record')
    .set(fields as object)
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
