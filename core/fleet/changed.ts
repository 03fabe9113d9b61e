import type { Runtime } from '../kernel/runtime.ts'
import { fleetToWire, type FleetAgent } from './schema.ts'
import { fleetRows, stuckAfter } from './store.ts'

const MAX = 500

/**
 * Agents that were heard of after `since`, or fell silent for too long between `since` and now; the newest at the most.
 * What was committed late may come again in the next answer, so `since` should lie a little before the last call.
 */
export async function changedAgents(runtime: Runtime, orgId: string, since: Date): Promise<FleetAgent[]> {
  const ctx = { db: runtime.db, runtime, actor: { orgId } }
  const [now, stuckMs] = [runtime.now(), await stuckAfter(ctx)]
  const before = (at: Date): Date => new Date(at.getTime() - stuckMs)
  const rows = await fleetRows(ctx)
    .where((eb) =>
      eb.or([
        eb('last_received_at', '>', since),
        eb.and([eb('last_received_at', '>', before(since)), eb('last_received_at', '<=', before(now))]),
      ]),
    )
    .orderBy('last_received_at', 'desc')
    .limit(MAX)
    .execute()
  return rows.map((row) => fleetToWire(row, now, stuckMs))
}
