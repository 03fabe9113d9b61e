import { updateAction } from '#core/actions/index'
import { eventHub } from '#core/events/index'
import type { Context } from '../kernel/context.ts'
import type { Turn } from './add-usage.ts'

const LIMIT = 200
/** Ends are told beside the turn's own end; what is younger may still be on its way. */
const GRACE_MS = 30_000
const WORDS = 'The turn ended without a word on this call: it did not run, or its end was not told.'

/** Closes the calls of a session that were allowed and never ended. Answers how many. */
export async function closeOpen(ctx: Context, { sessionId, agentId }: Turn, ended: boolean): Promise<number> {
  const before = new Date(ctx.now().getTime() - (ended ? 0 : GRACE_MS))
  const open = await ctx.db
    .selectFrom('action_record')
    .select('action_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('session_id', '=', sessionId)
    .where('agent_id', '=', agentId)
    .where('status', '=', 'running')
    .where('timestamp_start', '<=', before)
    .orderBy('timestamp_start', 'desc')
    .limit(LIMIT)
    .execute()
  let closed = 0
  for (const { action_id } of open) {
    const patch = { action_id, status: 'cancelled', error_message: WORDS, close_if_running: true } as const
    const after = await updateAction(ctx, patch)
    if (after.status === 'cancelled') closed += 1
  }
  if (closed > 0) ctx.runtime.use(eventHub).nudge(ctx.actor.orgId)
  return closed
}
