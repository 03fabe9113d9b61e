import type { Transaction } from 'kysely'
import { releaseReservations } from '#core/observations/index'
import { cut } from '#core/kernel/text'
import { redactText } from '#core/scans/index'
import type { Database } from '../db/database.ts'
import { afterClosing } from './closing.ts'
import { lockAction } from './lock.ts'
import type { ActionRow } from './schema.ts'

/** The end of the work that an action allowed, as whoever led that work tells it. */
export interface ActEnd {
  readonly actionId: string
  /** The decision that the approval was handed out to; null when the work was never begun. */
  readonly releasedTo: string | null
  readonly status: 'completed' | 'failed' | 'cancelled'
  /** Why it failed or was cancelled. */
  readonly error: string | null
  /** Nobody will begin it any more: an approval that was not handed out is withdrawn. */
  readonly isOver: boolean
  readonly costMicros: number | null
  readonly at: Date
  /** Principal or job that ends it. */
  readonly by: string
}

const MAX_TEXT = 4000

/**
 * Writes the outcome of an approved act together with the end of its work, in the caller's transaction, which must not
 * hold the ledger's head yet. False, and nothing is changed, when the action has an outcome already or was handed out
 * to another decision. An act whose work was never begun is withdrawn, with the approval that is asked for.
 */
export async function endAct(trx: Transaction<Database>, orgId: string, end: ActEnd): Promise<boolean> {
  const row = await lockAction(trx, orgId, end.actionId)
  if (row?.outcome_status !== 'pending') return false
  const approval = await trx
    .selectFrom('approval')
    .select(['state', 'released_to'])
    .where('org_id', '=', orgId)
    .where('action_id', '=', end.actionId)
    .executeTakeFirst()
  const begun = end.releasedTo !== null && approval?.released_to === end.releasedTo
  if (begun) await write(trx, row, end)
  else if (approval?.released_to == null && end.isOver) await withdraw(trx, row, end)
  else return false
  return true
}

/** The decision that began the work took its share of budgets again: the action's own stands for both. */
async function write(trx: Transaction<Database>, row: ActionRow, end: ActEnd): Promise<void> {
  const { at, by, status, releasedTo } = end
  const outcome = status === 'completed' ? 'completed' : 'failed'
  const error = status === 'completed' ? null : textOf(end)
  const cost = end.costMicros === null ? {} : { cost_micros: end.costMicros, priced: true }
  const closed = await changed(trx, row, {
    status,
    outcome_status: outcome,
    outcome_at: at,
    outcome_error: error,
    error_message: error,
    duration_ms: row.released_at === null ? null : Math.max(0, at.getTime() - row.released_at.getTime()),
    timestamp_end: at,
    close_source: 'task',
    updated_at: at,
    ...cost,
  })
  if (releasedTo !== null && releasedTo !== row.budget_reference) await releaseReservations(trx, row.org_id, releasedTo)
  const spent = Number(closed.cost_micros ?? 0) - Number(row.cost_micros ?? 0)
  await afterClosing(trx, closed, { at, by, outcome, costs: { cost_micros: spent }, before: row })
}

/** Nobody was told that it is allowed, so nobody acted: nothing is to be decided or done any more. */
async function withdraw(trx: Transaction<Database>, row: ActionRow, end: ActEnd): Promise<void> {
  const { at, by } = end
  const reason = textOf(end)
  await trx
    .updateTable('approval')
    .set({ state: 'withdrawn', decided_at: at, reasoning: reason })
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .where('state', '=', 'pending')
    .execute()
  const closed = await changed(trx, row, {
    status: 'cancelled',
    approved_by: null,
    error_message: reason,
    outcome_status: 'failed',
    outcome_at: at,
    outcome_error: reason,
    close_source: 'cancel',
    timestamp_end: at,
    updated_at: at,
  })
  await afterClosing(trx, closed, { at, by, outcome: 'failed' })
}

const textOf = ({ error, status }: ActEnd): string => redactText(cut(error ?? `The task was ${status}.`, MAX_TEXT)).text

function changed(trx: Transaction<Database>, row: ActionRow, fields: Partial<ActionRow>): Promise<ActionRow> {
  return trx
    .updateTable('action_record')
    .set(fields as object)
    .where('org_id', '=', row.org_id)
    .where('action_id', '=', row.action_id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
