import { sql } from 'kysely'
import type { Context } from '../kernel/context.ts'

const TOP = 100

type Name = 'agent_id' | 'agent_version' | 'model' | 'task_id'

export type NamedCost<N extends Name> = Readonly<Record<N, string>> & {
  readonly cost_usd: number
  readonly tokens: number
  readonly action_count: number
}

export interface Costs<N extends Name> {
  /** Dearest first. */
  readonly listed: NamedCost<N>[]
  readonly othersUsd: number
}

/** What acts of the days after `since` cost by these names; acts without a task are in no list of tasks. */
export async function costsBy<N extends Name>(
  { actor, db }: Context,
  { agentId, since }: { readonly agentId: string | undefined; readonly since: string },
  names: readonly N[],
): Promise<Costs<N>> {
  const columns = sql.join(names.map((name) => sql.ref(name)))
  const { rows } = await sql<Record<N, string> & Record<'cost' | 'tokens' | 'count' | 'whole', string>>`
    select ${columns}, sum(cost_micros) as cost, sum(tokens_in + tokens_out) as tokens, sum(actions) as count,
      sum(sum(cost_micros)) over () as whole
    from action_cost_day
    where org_id = ${actor.orgId} and day > (${since}::timestamptz at time zone 'UTC')::date
      ${agentId === undefined ? sql`` : sql`and agent_id = ${agentId}`}
      ${(names as readonly Name[]).includes('task_id') ? sql`and task_id <> ''` : sql``}
    group by ${columns} having sum(actions) > 0
    order by cost desc, ${columns} limit ${sql.lit(TOP)}`.execute(db)
  const listed = rows.map((row) => ({
    ...(Object.fromEntries(names.map((name) => [name, row[name]])) as unknown as Record<N, string>),
    cost_usd: Number(row.cost) / 1e6,
    tokens: Number(row.tokens),
    action_count: Number(row.count),
  }))
  const left = Number(rows[0]?.whole ?? 0) - rows.reduce((sum, { cost }) => sum + Number(cost), 0)
  return { listed, othersUsd: left / 1e6 }
}
