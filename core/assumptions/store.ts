import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { assumptionToWire, type Assumption, type AssumptionRow } from './schema.ts'

const MAX_PER_ACTION = 200

export async function assumptionsOf(ctx: Context, actionId: string): Promise<Assumption[]> {
  const rows = await ctx.db
    .selectFrom('assumption')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .orderBy('created_at')
    .limit(MAX_PER_ACTION)
    .execute()
  return rows.map(assumptionToWire)
}

/** Agent of the action an assumption hangs on; 404 when the actor cannot see that action. */
export async function parentAgent(ctx: Context, actionId: string): Promise<string> {
  const action = await ctx.db
    .selectFrom('action_record')
    .select('agent_id')
    .where('org_id', '=', ctx.actor.orgId)
    .where('action_id', '=', actionId)
    .executeTakeFirst()
  const hidden = action && ctx.actor.agentId !== null && ctx.actor.agentId !== action.agent_id
  if (!action || hidden) throw new Fault('not_found', 'Parent action not found')
  return action.agent_id
}

export async function requireAssumption(ctx: Context, id: string): Promise<AssumptionRow> {
  const row = await ctx.db
    .selectFrom('assumption')
    .selectAll()
    .where('org_id', '=', ctx.actor.orgId)
    .where('assumption_id', '=', id)
    .executeTakeFirst()
  const hidden = row && ctx.actor.agentId !== null && ctx.actor.agentId !== row.agent_id
  if (!row || hidden) throw new Fault('not_found', 'Assumption not found')
  return row
}

export interface DriftSummary {
  readonly total: number
  readonly at_risk: number
  readonly validated: number
  readonly invalidated: number
  readonly unvalidated: number
}

const AT_RISK_DAYS = 14

export async function driftSummary(
  ctx: Context,
  agentId: string | undefined,
  actionId: string | undefined,
): Promise<DriftSummary> {
  const old = new Date(ctx.now().getTime() - AT_RISK_DAYS * 86_400_000)
  let query = ctx.db.selectFrom('assumption').where('org_id', '=', ctx.actor.orgId)
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
  if (actionId !== undefined) query = query.where('action_id', '=', actionId)
  const row = await query
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      sql<number>`count(*) filter (where validated and not invalidated)`.as('validated'),
      sql<number>`count(*) filter (where invalidated)`.as('invalidated'),
      sql<number>`count(*) filter (where not validated and not invalidated)`.as('unvalidated'),
      sql<number>`count(*) filter (where not validated and not invalidated and created_at < ${old})`.as('at_risk'),
    ])
    .executeTakeFirstOrThrow()
  return {
    total: Number(row.total),
    at_risk: Number(row.at_risk),
    validated: Number(row.validated),
    invalidated: Number(row.invalidated),
    unvalidated: Number(row.unvalidated),
  }
}
