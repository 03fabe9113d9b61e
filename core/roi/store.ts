import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'
import type { TaskSums } from './stats.rules.ts'

const MAX_GROUPS = 50

export interface Group extends TaskSums {
  readonly current: boolean
  readonly kind: 'all' | 'task' | 'version'
  readonly name: string
}

const NAMES = ['successes', 'failures', 'partials', 'cost_micros', 'duration_ms', 'value_micros', 'valued'] as const

/**
 * Sums of an agent's tasks since `from` and of the period before, in all, by task and by version: of the latter two the
 * dearest of the current period. One pass over the days; a task without a value of its own takes the org's.
 */
export async function taskSums(
  ctx: Context,
  agentId: string,
  days: { from: string; before: string },
): Promise<Group[]> {
  const { orgId } = ctx.actor
  const { rows } = await sql<Record<string, string> & Pick<Group, 'current' | 'kind' | 'name'>>`
    with days as (
      select day >= ${days.from}::date as current, days.task, days.version_id, successes, failures, partials,
        cost_micros, duration_ms,
        days.value_micros
          + coalesce(org.value_micros, 0) * (2 * unvalued_successes + unvalued_partials) / 2 as value_micros,
        case when org.task is null then valued else successes + failures + partials end as valued
      from agent_task_day as days
        left join task_value as org on org.org_id = days.org_id and org.task = days.task
      where days.org_id = ${orgId} and days.agent_id = ${agentId} and day >= ${days.before}::date
    ), sums as (
      select current, case when grouping(task) = 0 then 'task' when grouping(version_id) = 0 then 'version' else 'all'
        end as kind, coalesce(task, version_id, '') as name,
        ${sql.join(NAMES.map((name) => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`))}
      from days group by grouping sets ((current), (current, task), (current, version_id))
    ), ranked as (
      select *, row_number() over (partition by current, kind order by cost_micros desc, name) as place from sums
    )
    select * from ranked where kind = 'all' or (current and place <= ${MAX_GROUPS})
    order by kind, place`.execute(ctx.db)
  return rows.map(({ current, kind, name, ...sums }) => {
    const numbers = Object.fromEntries(NAMES.map((one) => [one, Number(sums[one])]))
    return { current, kind, name, ...(numbers as Record<(typeof NAMES)[number], number>) }
  })
}
