import type { Transaction } from 'kysely'
import { endAct } from '#core/actions/index'
import { commitReservations } from '#core/observations/index'
import type { Database } from '../db/database.ts'
import type { TaskRow } from './schema.ts'

export interface Ended {
  readonly at: Date
  /** Principal or job that ended it. */
  readonly by: string
  /** What this attempt cost, where its worker told. */
  readonly costMicros: number | null
}

const ENDS = { completed: 'completed', failed: 'failed', cancelled: 'cancelled', queued: 'failed' } as const

/**
 * A task that ended, or went back to the queue, ends what the guard let through for it: the action by which a person
 * allowed it gets its outcome, and what was held of budgets is spent. In the transaction that ends it, before its event.
 */
export async function settleTask(
  trx: Transaction<Database>,
  row: TaskRow,
  { at, by, costMicros }: Ended,
): Promise<void> {
  if (row.status === 'running') return
  const { org_id: orgId, approval_action_id: actionId, decision_id: releasedTo } = row
  const end = { status: ENDS[row.status], error: row.reason, isOver: row.status !== 'queued', costMicros, at, by }
  if (actionId !== null && (await endAct(trx, orgId, { ...end, actionId, releasedTo }))) return
  if (releasedTo !== null) await commitReservations(trx, orgId, releasedTo, { usd_micros: costMicros, tokens: null })
}
