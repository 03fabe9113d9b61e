import type { Context } from '#core/kernel/context'
import { recordedColumns, type RecordedDecision } from './recorded.rules.ts'

const BATCH = 1_000
/** Clocks of replicas may differ by this much, so positions and times agree only so far. */
const SKEW_MS = 60_000

export interface Window {
  readonly from: Date
  readonly to: Date
  /** Decisions after which to stop. */
  readonly max: number
}

/** Feeds the window in batches, oldest first. True = all of it was fed. Only the window is read, however long history is. */
export async function feedWindow(
  ctx: Context,
  { from, to, max }: Window,
  add: (row: RecordedDecision) => void,
): Promise<boolean> {
  let next = await firstPosition(ctx, new Date(from.getTime() - SKEW_MS))
  const end = await firstPosition(ctx, new Date(to.getTime() + SKEW_MS))
  let left = max
  while (left > 0) {
    ctx.signal.throwIfAborted()
    const size = Math.min(BATCH, left)
    const rows: RecordedDecision[] = await ctx.db
      .selectFrom('guard_decision')
      .select(recordedColumns)
      .where('org_id', '=', ctx.actor.orgId)
      .where('seq', '>=', next)
      .where('seq', '<', end)
      .where('created_at', '>=', from)
      .where('created_at', '<=', to)
      .orderBy('seq')
      .limit(size)
      .execute()
    for (const row of rows) add(row)
    left -= rows.length
    ctx.progress?.('Replaying decisions', max - left, max)
    if (rows.length < size) return true
    next = (rows.at(-1)?.seq ?? next) + 1
  }
  return false
}

/** The first position recorded at or after the time, by bisection over the primary key: some thirty look-ups at most. */
async function firstPosition(ctx: Context, at: Date): Promise<number> {
  const ofOrg = ctx.db.selectFrom('guard_decision').where('org_id', '=', ctx.actor.orgId)
  const newest = await ofOrg.select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  let low = 0
  let high = newest === undefined ? 0 : newest.seq + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = await ofOrg
      .select(['seq', 'created_at'])
      .where('seq', '>=', middle)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    if (row === undefined || row.created_at >= at) high = middle
    else low = row.seq + 1
  }
  return low
}
