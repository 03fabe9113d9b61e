import { actionToWire, type Action } from '#core/actions/index'
import type { Runtime } from '../kernel/runtime.ts'

/** Actions that a person approved or denied since then, as the event stream sends them, in the order of the decisions. */
export async function loadDecidedSince(runtime: Runtime, orgId: string, since: Date, limit: number): Promise<Action[]> {
  const rows = await runtime.db
    .selectFrom('approval')
    .innerJoin('action_record', (join) =>
      join
        .onRef('action_record.org_id', '=', 'approval.org_id')
        .onRef('action_record.action_id', '=', 'approval.action_id'),
    )
    .selectAll('action_record')
    .where('approval.org_id', '=', orgId)
    .where('approval.state', 'in', ['approved', 'denied'])
    .where('approval.decided_at', '>=', since)
    .orderBy('approval.decided_at', 'desc')
    .limit(limit)
    .execute()
  return rows.toReversed().map(actionToWire)
}
