import type { Transaction } from 'kysely'
import { announce, type News } from '#core/events/index'
import { commitReservations, releaseReservations, type ActualSpend } from '#core/observations/index'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { Context } from '../kernel/context.ts'
import { moveCosts } from './cost-days.ts'
import { addToRollup, type RollupDelta } from './rollup.ts'
import type { ActionRow } from './schema.ts'
import type { OutcomeStatus } from './tables.ts'

export interface Closed {
  readonly at: Date
  /** Principal or job that closed it. */
  readonly by: string
  readonly outcome: Exclude<OutcomeStatus, 'pending'>
  /** What the closing report changed in cost and tokens. */
  readonly costs?: RollupDelta
  /** The action before that, where it changed any. */
  readonly before?: ActionRow
  /** What else goes on the record with it: the verdict that closed it, an alarm about it. */
  readonly entries?: News['entries']
  readonly events?: News['events']
}

/**
 * What follows when an action's outcome was written, once: budget, ledger, roll-ups, event. Every way to close an
 * action comes here, so the two state columns and their consequences cannot drift apart. The caller holds the
 * approval and the action.
 */
export async function afterClosing(trx: Transaction<Database>, row: ActionRow, closed: Closed): Promise<void> {
  const { at, by, outcome, costs = {}, before, entries = [], events = [] } = closed
  if (hasActed(row)) await commitReservations(trx, row.org_id, row.budget_reference, spentOf(row))
  else await releaseReservations(trx, row.org_id, row.budget_reference)
  if (row.approved_at !== null) await useUpApproval(trx, row, closed)
  const data = { action_id: row.action_id, outcome, status: row.status, by, act_digest: row.act_digest }
  const news = {
    at,
    entries: [...entries, { kind: 'outcome' as const, ref: row.action_id, at, data }],
    events: [{ name: 'action.updated', ref: row.action_id, payload: {} }, ...events],
  }
  const completed = outcome === 'completed' ? 1 : 0
  const failed = outcome === 'failed' || outcome === 'lost_confirmation' ? 1 : 0
  await announce(trx, row.org_id, news, () => addSums(trx, row, { ...costs, completed, failed }, before))
}

/** Withdrawn, denied and expired acts never happened. */
function hasActed(row: ActionRow): boolean {
  return row.status !== 'cancelled' && row.status !== 'expired' && row.close_source !== 'denial'
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
    hasActed(row)
      ? commitReservations(trx, row.org_id, row.budget_reference, spentOf(row))
      : releaseReservations(trx, row.org_id, row.budget_reference)
  try {
    await transact(ctx.db, settle)
  } catch (error) {
    ctx.log.warn({ err: error, action: row.action_id }, 'the budget of a recorded act could not be settled')
  }
}

/** What was reported of the cost; what was not stays as estimated. */
export function spentOf(row: ActionRow): ActualSpend {
  const counted = row.tokens_in !== null || row.tokens_out !== null
  return {
    usd_micros: row.cost_micros === null ? null : Number(row.cost_micros),
    tokens: counted ? Number(row.tokens_in ?? 0) + Number(row.tokens_out ?? 0) : null,
  }
}

/**
 * Adds to the sums of the day and, for cost and tokens, of the session; `before` where those changed. The caller holds
 * the org's ledger head.
 */
// oxlint-disable-next-line max-params -- both states of the row and what lies between them
export async function addSums(
  trx: Transaction<Database>,
  row: ActionRow,
  delta: RollupDelta,
  before?: ActionRow,
): Promise<void> {
  await addToRollup(trx, row, delta)
  if (before !== undefined) await moveCosts(trx, before, row)
  const { cost_micros: cost = 0, tokens_in = 0, tokens_out = 0 } = delta
  if (row.session_id === null || (cost === 0 && tokens_in === 0 && tokens_out === 0)) return
  await trx
    .updateTable('guard_session')
    .set((eb) => ({
      cost_micros: eb('cost_micros', '+', cost),
      tokens: eb('tokens', '+', tokens_in + tokens_out),
    }))
    .where('org_id', '=', row.org_id)
    .where('session_id', '=', row.session_id)
    .execute()
}
