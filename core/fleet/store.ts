import { knownSettings } from '#core/settings/index'
import type { Context } from '../kernel/context.ts'
import type { FleetRow } from './schema.ts'

/** All that is asked of a caller here: whose org it is. */
export type OrgScope = Pick<Context, 'db' | 'runtime'> & { readonly actor: Pick<Context['actor'], 'orgId'> }

/** How long an agent may be silent before it is taken for stuck. */
export async function stuckAfter(ctx: OrgScope): Promise<number> {
  return (await ctx.runtime.use(knownSettings).of(ctx.actor.orgId)).alert_stuck_minutes * 60_000
}

/** Agents of the org with their sums, in the order of their ids. */
export function fleetRows(ctx: OrgScope) {
  return ctx.db
    .selectFrom('agent')
    .leftJoin('agent_stat', (join) =>
      join.onRef('agent_stat.org_id', '=', 'agent.org_id').onRef('agent_stat.agent_id', '=', 'agent.agent_id'),
    )
    .select(['agent.agent_id', 'agent_name', 'first_seen_at', 'registered_at', 'last_seen_at', 'paused_at'])
    .select(['host', 'reported_status', 'last_event_at', 'last_received_at', 'current_version_id'])
    .select(['events', 'errors', 'tokens', 'cost_micros', 'unpriced'])
    .where('agent.org_id', '=', ctx.actor.orgId)
    .$castTo<FleetRow>()
}
