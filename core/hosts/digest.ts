import { sql } from 'kysely'
import { isStopped, snapshots } from '#core/guard/index'
import type { Context } from '../kernel/context.ts'

const NAMES = 12
const PENDING = 5

/** What an agent should know when a session begins, in a few lines. Nothing of other agents is in it. */
export async function sessionDigest(ctx: Context, agentId: string | null): Promise<string> {
  const { orgId } = ctx.actor
  const snapshot = await ctx.runtime.use(snapshots).current(orgId)
  const [policies, pending] = await Promise.all([policiesFor(ctx, agentId), pendingOf(ctx, agentId)])
  const stopped = isStopped(snapshot, agentId ?? '')
  const more = policies.total > policies.names.length ? `, and ${policies.total - policies.names.length} more` : ''
  return [
    `Writ governs this session${agentId === null ? '' : ` (agent ${agentId})`}: each tool call is ruled on before it runs.`,
    ...(stopped ? ['The organization is halted or this agent is paused: every call is refused for now.'] : []),
    policies.total === 0 ? 'No policy is in force.' : `Policies in force: ${policies.names.join('; ')}${more}.`,
    ...pending.map(
      ({ action_id, declared_goal }) =>
        `Waiting for a person: ${action_id}, ${declared_goal.replaceAll(/\s+/g, ' ').slice(0, 100)}.`,
    ),
    'When a call is refused, read the reason: change the plan, or wait for the approval it names and make exactly the same call again. Do not look for a way around it.',
  ].join('\n')
}

async function policiesFor(ctx: Context, agentId: string | null): Promise<{ names: string[]; total: number }> {
  const rows = await ctx.db
    .selectFrom('guard_policy')
    .select(['name', sql<string>`count(*) over ()`.as('total')])
    .where('org_id', '=', ctx.actor.orgId)
    .where('active', '=', true)
    .where('state', '=', 'active')
    .where(sql<boolean>`(agent_ids is null or agent_ids = '{}' or ${agentId ?? ''} = any (agent_ids))`)
    .orderBy('id')
    .limit(NAMES)
    .execute()
  return { names: rows.map(({ name }) => name), total: Number(rows[0]?.total ?? 0) }
}

function pendingOf(ctx: Context, agentId: string | null) {
  return ctx.db
    .selectFrom('approval')
    .innerJoin('action_record', (join) =>
      join
        .onRef('action_record.org_id', '=', 'approval.org_id')
        .onRef('action_record.action_id', '=', 'approval.action_id'),
    )
    .select(['approval.action_id', 'action_record.declared_goal'])
    .where('approval.org_id', '=', ctx.actor.orgId)
    .where('approval.agent_id', '=', agentId ?? '')
    .where('approval.state', '=', 'pending')
    .where('approval.expires_at', '>', ctx.now())
    .orderBy('approval.created_at', 'desc')
    .limit(PENDING)
    .execute()
}
