import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { loopToWire, type Loop, type LoopRow } from './schema.ts'

const MAX_PER_ACTION = 200

export async function loopsOf(ctx: Context, actionId: string): Promise<Loop[]> {
  const rows = await ctx.db
    .selectFrom('open_loop')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .orderBy('created_at')
    .limit(MAX_PER_ACTION)
    .execute()
  return rows.map(loopToWire)
}

export interface ParentAction {
  readonly agent_id: string
  readonly agent_name: string | null
  readonly declared_goal: string
  readonly action_type: string
  readonly action_status: string
}

/** The action a loop hangs on; undefined when the actor cannot see it. */
export async function parentOf(ctx: Context, actionId: string): Promise<ParentAction | undefined> {
  const row = await ctx.db
    .selectFrom('action_record')
    .select(['agent_id', 'agent_name', 'declared_goal', 'action_type', 'status as action_status'])
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  return row && (ctx.actor.agentId === null || ctx.actor.agentId === row.agent_id) ? row : undefined
}

export async function findLoop(ctx: Context, loopId: string): Promise<LoopRow> {
  const row = await ctx.db
    .selectFrom('open_loop')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('loop_id', '=', loopId)
    .executeTakeFirst()
  const hidden = row && ctx.actor.agentId !== null && ctx.actor.agentId !== row.agent_id
  if (!row || hidden) throw new Fault('not_found', 'Open loop not found')
  return row
}
