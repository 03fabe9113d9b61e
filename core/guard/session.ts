import type { SessionFacts } from '#core/policies/index'
import type { Context } from '../kernel/context.ts'

/** What was decided in this session so far, from counters that every recorded decision adds to. */
export async function sessionFacts(ctx: Context, sessionId: string): Promise<SessionFacts> {
  const row = await ctx.db
    .selectFrom('guard_session')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('session_id', '=', sessionId)
    .executeTakeFirst()
  if (!row) return { ...empty, id: sessionId }
  return {
    id: sessionId,
    decisions: row.decisions,
    warns: row.warns,
    approvals: row.approvals,
    blocks: row.blocks,
    minutes: Math.max(0, Math.floor((ctx.now().getTime() - row.started_at.getTime()) / 60_000)),
    cost_usd: Number(row.cost_micros) / 1e6,
    tokens: Number(row.tokens),
    flags: row.flags,
    action_types: row.action_types,
  }
}

const empty: Omit<SessionFacts, 'id'> = {
  decisions: 0,
  warns: 0,
  approvals: 0,
  blocks: 0,
  minutes: 0,
  cost_usd: 0,
  tokens: 0,
  flags: [],
  action_types: [],
}
