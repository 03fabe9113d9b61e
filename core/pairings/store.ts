import type { Context } from '../kernel/context.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** Pairings that wait for an admin, counted up to `most`. */
export async function countOpen(ctx: Context, most: number): Promise<number> {
  const rows = await ctx.db
    .selectFrom('agent_pairing')
    .select('id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('status', '=', 'pending')
    .where('expires_at', '>', ctx.now())
    .limit(most)
    .execute()
  return rows.length
}

const KEPT_MS = 24 * 3_600_000
const BATCH = 1000

/** Forgets pairings that nobody approved, a day after their end. */
export async function sweepPairings(runtime: Runtime): Promise<void> {
  const before = new Date(runtime.now().getTime() - KEPT_MS)
  await runtime.db
    .deleteFrom('agent_pairing')
    .where((eb) =>
      eb(
        eb.refTuple('org_id', 'id'),
        'in',
        eb
          .selectFrom('agent_pairing')
          .select(['org_id', 'id'])
          .where('status', '=', 'pending')
          .where('expires_at', '<', before)
          .limit(BATCH)
          .$asTuple('org_id', 'id'),
      ),
    )
    .execute()
}
