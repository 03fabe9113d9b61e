import { sql, type SqlBool } from 'kysely'
import type { Context } from '../kernel/context.ts'
import { Fault } from '../kernel/errors.ts'
import { OFFLINE_MS, STALE_MS, type PresenceStatus } from './presence.rules.ts'
import type { AgentRow } from './schema.ts'

export interface AgentFilter {
  readonly agentId?: string | undefined
  readonly status?: PresenceStatus | undefined
  readonly q?: string | undefined
  readonly paused?: boolean | undefined
  /** Of the last one on the page before. */
  readonly after?: string | undefined
  readonly limit: number
  readonly offset: number
}

/**
 * A page of agents in the order of their ids, which no heartbeat and no act changes: pages do not shift while they are
 * read. Counts are added up for the page alone, from one row a day and agent.
 */
export function agentPage(ctx: Pick<Context, 'db' | 'actor' | 'now'>, filter: AgentFilter) {
  const { orgId } = ctx.actor
  const keys = agentKeys(ctx, filter)
  let page = keys
    .leftJoin('agent_presence', (join) =>
      join.onRef('agent_presence.org_id', '=', 'agent.org_id').onRef('agent_presence.agent_id', '=', 'agent.agent_id'),
    )
    .selectAll('agent')
    .select(['status', 'current_task_id', 'metadata', 'last_heartbeat_at'])
    .orderBy('agent.agent_id')
    .limit(filter.limit)
  if (filter.status !== undefined) page = page.where(inStatus(filter.status, ctx.now())).offset(filter.offset)
  else if (filter.offset > 0) {
    // What is skipped is walked over in the index alone.
    const first = keys.select('agent.agent_id').orderBy('agent.agent_id').limit(1).offset(filter.offset)
    page = page.where('agent.agent_id', '>=', first)
  }
  return ctx.db
    .selectFrom(page.as('page'))
    .selectAll('page')
    .select((eb) =>
      eb
        .selectFrom('action_rollup_day as days')
        .select((sum) => sum.fn.coalesce(sum.fn.sum<number>('days.total'), sql<number>`0`).as('total'))
        .where('days.org_id', '=', orgId)
        .whereRef('days.agent_id', '=', 'page.agent_id')
        .$asScalar()
        .$notNull()
        .as('action_count'),
    )
    .orderBy('page.agent_id')
    .$castTo<AgentRow>()
}

/** Agents of the org, as far as the filter is about themselves. */
function agentKeys(ctx: Pick<Context, 'db' | 'actor'>, { agentId, after, paused, q }: AgentFilter) {
  let agents = ctx.db.selectFrom('agent').where('agent.org_id', '=', ctx.actor.orgId)
  if (agentId !== undefined) agents = agents.where('agent.agent_id', '=', agentId)
  if (after !== undefined) agents = agents.where('agent.agent_id', '>', after)
  if (paused !== undefined) agents = agents.where('agent.paused_at', paused ? 'is not' : 'is', null)
  if (q !== undefined) {
    const like = `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
    agents = agents.where((eb) => eb.or([eb('agent.agent_id', 'ilike', like), eb('agent.agent_name', 'ilike', like)]))
  }
  return agents
}

/** As `presenceAt` tells it. */
function inStatus(status: PresenceStatus, now: Date) {
  const stale = new Date(now.getTime() - STALE_MS)
  const offline = new Date(now.getTime() - OFFLINE_MS)
  switch (status) {
    case 'unknown':
      return sql<SqlBool>`agent_presence.agent_id is null`
    case 'offline':
      return sql<SqlBool>`(status = 'offline' or last_heartbeat_at <= ${offline})`
    case 'stale':
      return sql<SqlBool>`status <> 'offline' and last_heartbeat_at > ${offline}
        and (status = 'stale' or last_heartbeat_at <= ${stale})`
    case 'online':
    case 'idle':
    case 'busy':
      return sql<SqlBool>`status = ${status} and last_heartbeat_at > ${stale}`
    default:
      return status satisfies never
  }
}

/** The agent, unless the caller's key is bound to another one. */
export async function requireAgent(ctx: Context, agentId: string): Promise<AgentRow> {
  const hidden = ctx.actor.agentId !== null && ctx.actor.agentId !== agentId
  const row = hidden ? undefined : await agentPage(ctx, { agentId, limit: 1, offset: 0 }).executeTakeFirst()
  if (!row) throw new Fault('not_found', 'Agent not found')
  return row
}
