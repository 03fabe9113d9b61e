import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'

/** What an agent did on a day (UTC). */
export interface UsageDay {
  readonly day: string
  readonly events: number
  readonly errors: number
  readonly cost_usd: number
}

type Row = Omit<UsageDay, 'cost_usd'> & { readonly agent_id: string; readonly cost: number }

/** The daily sums of a page of agents since a day (UTC), oldest first, all in one query; days without any are not there. */
export async function usageDays(
  ctx: Context,
  agentIds: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, UsageDay[]>> {
  if (agentIds.length === 0) return new Map()
  const { rows } = await sql<Row>`
    select agent_id, day::text as day, sum(events)::bigint as events, sum(errors)::bigint as errors,
      sum(cost_micros)::bigint as cost
    from agent_usage_day
    where org_id = ${ctx.actor.orgId} and agent_id = any(${[...agentIds]}::text[]) and day >= ${since}::date
    group by agent_id, agent_usage_day.day order by agent_usage_day.day`.execute(ctx.db)
  const days = new Map<string, UsageDay[]>()
  for (const { agent_id: id, cost, ...rest } of rows) {
    const own = days.get(id)
    const day = { ...rest, cost_usd: cost / 1e6 }
    if (own) own.push(day)
    else days.set(id, [day])
  }
  return days
}
