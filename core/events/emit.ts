import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'

export interface EventDraft {
  readonly name: string
  readonly ref: string | null
  readonly payload: Record<string, unknown>
}

/**
 * Writes events into the outbox inside the caller's transaction. The row lock on the org's head is held
 * until the commit, so `seq` is gapless and in commit order: a reader that saw n has seen all before n.
 * After the commit call `ctx.runtime.use(eventHub).nudge(orgId)`.
 */
export async function emitEvents(
  trx: Kysely<Database>,
  orgId: string,
  at: Date,
  drafts: readonly EventDraft[],
): Promise<void> {
  if (drafts.length === 0) return
  // One order for all writers of an org, ledger before events, or two of them wait for each other.
  await trx.selectFrom('ledger_head').select('org_id').where('org_id', '=', orgId).forUpdate().execute()
  const head = await trx
    .insertInto('event_head')
    .values({ org_id: orgId, seq: drafts.length })
    .onConflict((oc) => oc.column('org_id').doUpdateSet({ seq: sql`event_head.seq + ${drafts.length}` }))
    .returning('seq')
    .executeTakeFirstOrThrow()
  const first = Number(head.seq) - drafts.length + 1
  await trx
    .insertInto('event')
    .values(
      drafts.map((draft, index) => ({
        org_id: orgId,
        seq: first + index,
        name: draft.name,
        ref: draft.ref,
        payload: JSON.stringify(draft.payload),
        at,
      })),
    )
    .execute()
}
