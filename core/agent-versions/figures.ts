import { sql } from 'kysely'
import { z } from 'zod'
import { SUCCESS } from '#core/telemetry/index'
import type { Context } from '../kernel/context.ts'

/** What one version did in the window; what nobody reported is null, not 0. */
export const Figures = z
  .object({
    events: z.int(),
    errors: z.int(),
    tokens: z.int(),
    cost_usd: z.number().describe('Of all its events that have a price'),
    tasks: z.int().describe('Tasks that ended'),
    success_rate: z.number().nullable().describe('0 to 1, a partial success counts half'),
    cost_per_task_usd: z.number().nullable(),
    mean_duration_ms: z.number().nullable(),
    value_usd: z.number().nullable(),
  })
  .meta({ id: 'AgentVersionFigures' })
export type Figures = z.output<typeof Figures>

type Sums = Readonly<
  Record<
    | 'events'
    | 'errors'
    | 'tokens'
    | 'cost'
    | 'successes'
    | 'failures'
    | 'partials'
    | 'task_cost'
    | 'duration'
    | 'value'
    | 'valued',
    string | null
  >
> & { readonly version_id: string }

/** The daily sums of some versions of an agent since a day (UTC), side by side. */
export async function figuresOf(
  ctx: Context,
  { agentId, versionIds, since }: { agentId: string; versionIds: readonly string[]; since: string },
): Promise<ReadonlyMap<string, Figures>> {
  const own = sql`org_id = ${ctx.actor.orgId} and agent_id = ${agentId} and day >= ${since}::date
    and version_id = any(${[...versionIds]}::text[])`
  const { rows } = await sql<Sums>`
    select * from (select unnest(${[...versionIds]}::text[]) as version_id) as wanted
    left join (
      select version_id, sum(events) as events, sum(errors) as errors, sum(tokens) as tokens, sum(cost_micros) as cost
      from agent_usage_day where ${own} group by version_id
    ) as usage using (version_id)
    left join (
      select version_id, sum(successes) as successes, sum(failures) as failures, sum(partials) as partials,
        sum(cost_micros) as task_cost, sum(duration_ms) as duration, sum(value_micros) as value, sum(valued) as valued
      from agent_task_day where ${own} group by version_id
    ) as tasks using (version_id)`.execute(ctx.db)
  return new Map(rows.map((row) => [row.version_id, figuresFrom(row)]))
}

function figuresFrom(row: Sums): Figures {
  const sum = (name: Exclude<keyof Sums, 'version_id'>): number => Number(row[name] ?? 0)
  const tasks = sum('successes') + sum('failures') + sum('partials')
  const per = (total: number): number | null => (tasks === 0 ? null : total / tasks)
  return {
    events: sum('events'),
    errors: sum('errors'),
    tokens: sum('tokens'),
    cost_usd: sum('cost') / 1e6,
    tasks,
    success_rate: per(sum('successes') * SUCCESS.success + sum('partials') * SUCCESS.partial),
    cost_per_task_usd: per(sum('task_cost') / 1e6),
    mean_duration_ms: per(sum('duration')),
    value_usd: sum('valued') === 0 ? null : sum('value') / 1e6,
  }
}
