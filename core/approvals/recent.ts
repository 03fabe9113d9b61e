import { sql } from 'kysely'
import { actionToWire, asShown, type Action, type ActionRow } from '#core/actions/index'
import type { Runtime } from '../kernel/runtime.ts'

/** An act waits for a day at most, unless its org says longer. */
const LONGEST_WAIT_MS = 25 * 60 * 60_000

/**
 * Actions whose approval was settled since then, whether a person did it, the time ran out or the act was withdrawn,
 * and those approved earlier that nobody was handed yet: as the event stream sends them, in the order they were settled.
 */
export async function loadSettledSince(runtime: Runtime, orgId: string, since: Date, limit: number): Promise<Action[]> {
  const parts = await Promise.all([
    decided(runtime, orgId, limit)
      .where('approval.state', 'in', ['approved', 'denied'])
      .where('approval.decided_at', '>=', since)
      .execute(),
    decided(runtime, orgId, limit)
      .where('approval.state', '=', 'approved')
      .where('approval.released_at', 'is', null)
      .execute(),
    ended(runtime, orgId, since).limit(limit).execute(),
  ])
  const rows = new Map(parts.flat().map((row) => [row.action_id, row]))
  const latest = [...rows.values()].toSorted((a, b) => settledAt(a) - settledAt(b)).slice(-limit)
  return (await asShown(runtime, orgId, latest)).map(actionToWire)
}

function settledAt({ approved_at, outcome_at, updated_at }: ActionRow): number {
  return (approved_at ?? outcome_at ?? updated_at).getTime()
}

function decided({ db }: Runtime, orgId: string, limit: number) {
  return db
    .selectFrom('approval')
    .innerJoin('action_record', (join) =>
      join
        .onRef('action_record.org_id', '=', 'approval.org_id')
        .onRef('action_record.action_id', '=', 'approval.action_id'),
    )
    .selectAll('action_record')
    .where('approval.org_id', '=', orgId)
    .orderBy('approval.decided_at', 'desc')
    .limit(limit)
}

function ended({ db }: Runtime, orgId: string, since: Date) {
  return (
    db
      .selectFrom('action_record')
      .selectAll()
      .where('org_id', '=', orgId)
      // Said as the partial index says it, so that the planner may use it.
      .where('status', '<>', sql.lit('completed'))
      .where('status', 'in', ['cancelled', 'expired'])
      .where('created_at', '>=', new Date(since.getTime() - LONGEST_WAIT_MS))
      .where('outcome_at', '>=', since)
      .orderBy('outcome_at', 'desc')
  )
}
