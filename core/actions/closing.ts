import { sql, type Transaction } from 'kysely'
import { emitEvents } from '#core/events/index'
import { appendEntries } from '#core/ledger/index'
import { commitReservations, releaseReservations } from '#core/observations/index'
import type { Database } from '../db/database.ts'
import type { Context } from '../kernel/context.ts'
import type { ActionRow } from './schema.ts'
import type { OutcomeStatus } from './tables.ts'

export interface Closed {
  readonly at: Date
  /** Principal or job that closed it. */
  readonly by: string
  readonly outcome: Exclude<OutcomeStatus, 'pending'>
}

/**
 * What follows when an action's outcome was written, once: roll-ups, budget, ledger, event. Every way to close an
 * action comes here, so the two state columns and their consequences cannot drift apart.
 */
export async function afterClosing(trx: Transaction<Database>, row: ActionRow, closed: Closed): Promise<void> {
  const completed = closed.outcome === 'completed' ? 1 : 0
  const failed = closed.outcome === 'failed' || closed.outcome === 'lost_confirmation' ? 1 : 0
  if (completed + failed > 0) {
    await trx
      .updateTable('action_rollup_day')
      .set((eb) => ({ completed: eb('completed', '+', completed), failed: eb('failed', '+', failed) }))
      .where('org_id', '=', row.org_id)
      .where('day', '=', sql<Date>`(${row.created_at}::timestamptz at time zone 'UTC')::date`)
      .where('agent_id', '=', row.agent_id)
      .execute()
  }
  const acted = row.status !== 'cancelled' && row.status !== 'expired'
  if (acted) await commitReservations(trx, row.org_id, row.budget_reference, spentOf(row))
  else await releaseReservations(trx, row.org_id, row.budget_reference)
  if (row.approved_by !== null) await useUpApproval(trx, row, closed)
  await emitEvents(trx, row.org_id, closed.at, [{ name: 'action.updated', ref: row.action_id, payload: {} }])
  const data = {
    action_id: row.action_id,
    outcome: closed.outcome,
    status: row.status,
    by: closed.by,
    act_digest: row.act_digest,
  }
  await appendEntries(trx, row.org_id, [{ kind: 'outcome', ref: row.action_id, at: closed.at, data }])
}

/** An act that has ended is not released any more, even if nobody fetched its approval. */
async function useUpApproval(trx: Transaction<Database>, row: ActionRow, { at, by }: Closed): Promise<void> {
  await trx
    .updateTable('approval')
    .set({ released_at: at, released_to: by })
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .where('state', '=', 'approved')
    .where('released_at', 'is', null)
    .execute()
}

/**
 * An act that is recorded as ended already spent its budget. Beside the record, not in it: should it fail, the
 * reservation lapses as that of any act of which nothing more is heard.
 */
export async function settleRecorded(ctx: Context, row: ActionRow): Promise<void> {
  if (row.outcome_status === 'pending' || row.status === 'blocked') return
  const settle = (trx: Transaction<Database>): Promise<number> =>
    row.status === 'cancelled'
      ? releaseReservations(trx, row.org_id, row.budget_reference)
      : commitReservations(trx, row.org_id, row.budget_reference, spentOf(row))
  try {
    await ctx.db.transaction().execute(settle)
  } catch (error) {
    ctx.log.warn({ err: error, action: row.action_id }, 'the budget of a recorded act could not be settled')
  }
}

function spentOf(row: ActionRow): { usd_micros: number; tokens: number } | null {
  const tokens = Number(row.tokens_in ?? 0) + Number(row.tokens_out ?? 0)
  if (row.cost_micros === null && tokens === 0) return null
  return { usd_micros: Number(row.cost_micros ?? 0), tokens }
}

/** Adds what a report changed in cost and tokens to the day's and the session's sums. */
export async function addCosts(
  trx: Transaction<Database>,
  row: ActionRow,
  delta: { readonly cost_micros: number; readonly tokens_in: number; readonly tokens_out: number },
): Promise<void> {
  if (delta.cost_micros === 0 && delta.tokens_in === 0 && delta.tokens_out === 0) return
  await trx
    .updateTable('action_rollup_day')
    .set((eb) => ({
      cost_micros: eb('cost_micros', '+', delta.cost_micros),
      tokens_in: eb('tokens_in', '+', delta.tokens_in),
      tokens_out: eb('tokens_out', '+', delta.tokens_out),
    }))
    .where('org_id', '=', row.org_id)
    .where('day', '=', sql<Date>`(${row.created_at}::timestamptz at time zone 'UTC')::date`)
    .where('agent_id', '=', row.agent_id)
    .execute()
  if (row.session_id === null) return
  await trx
    .updateTable('guard_session')
    .set((eb) => ({
      cost_micros: eb('cost_micros', '+', delta.cost_micros),
      tokens: eb('tokens', '+', delta.tokens_in + delta.tokens_out),
    }))
    .where('org_id', '=', row.org_id)
    .where('session_id', '=', row.session_id)
    .execute()
}
