import type { Transaction } from 'kysely'
import { appendEntries, lockHead, type Draft } from '#core/ledger/index'
import type { Database } from '../db/database.ts'
import { emitEvents, type EventDraft } from './emit.ts'

export interface News {
  readonly at: Date
  readonly entries: readonly Draft[]
  readonly events: readonly EventDraft[]
}

/**
 * Ends a transaction: ledger entries, then `sums` (roll-ups and sessions), then events. Everybody locks in one order,
 * so that nobody waits in a circle: domain row, approval, action, budget, ledger head, sums, event head. Nothing
 * outside `sums` may be locked after this.
 */
export async function announce(
  trx: Transaction<Database>,
  orgId: string,
  { at, entries, events }: News,
  sums?: () => Promise<void>,
): Promise<void> {
  if (entries.length === 0) await lockHead(trx, orgId)
  await appendEntries(trx, orgId, entries)
  await sums?.()
  await emitEvents(trx, orgId, at, events)
}
