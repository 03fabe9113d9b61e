import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { ActionRow } from './schema.ts'

/** One row of `action_cost_day` as it changes. */
export type CostDay = Readonly<Record<'day' | 'agent_id' | 'agent_version' | 'model' | 'task_id', string>> &
  Readonly<Record<(typeof SUMS)[number], number>>

const SUMS = ['actions', 'cost_micros', 'tokens_in', 'tokens_out'] as const

/** What one action has added, if it cost anything; `factor` -1 takes it out. */
function costOf(row: ActionRow, factor: 1 | -1): CostDay[] {
  const [cost, tin, tout] = [row.cost_micros, row.tokens_in, row.tokens_out].map((value) => Number(value ?? 0))
  if (!cost && !tin && !tout) return []
  return [
    {
      day: row.created_at.toISOString().slice(0, 10),
      agent_id: row.agent_id,
      agent_version: row.agent_version ?? '',
      model: row.model ?? '',
      task_id: row.task_id ?? '',
      actions: factor,
      cost_micros: (cost ?? 0) * factor,
      tokens_in: (tin ?? 0) * factor,
      tokens_out: (tout ?? 0) * factor,
    },
  ]
}

/** An action's cost as it is told now, under the model it is told for. The caller holds the org's ledger head. */
export function moveCosts(trx: Kysely<Database>, before: ActionRow, after: ActionRow): Promise<void> {
  return addCosts(trx, after.org_id, [...costOf(before, -1), ...costOf(after, 1)])
}

/** Deleted actions leave the sums. The caller holds the org's ledger head. */
export function takeCosts(trx: Kysely<Database>, orgId: string, rows: readonly ActionRow[]): Promise<void> {
  return addCosts(
    trx,
    orgId,
    rows.flatMap((row) => costOf(row, -1)),
  )
}

async function addCosts(trx: Kysely<Database>, orgId: string, changes: readonly CostDay[]): Promise<void> {
  if (changes.length === 0) return
  await sql`
    insert into action_cost_day as kept (org_id, day, agent_id, agent_version, model, task_id,
        actions, cost_micros, tokens_in, tokens_out)
      select ${orgId}, day, agent_id, agent_version, model, task_id,
        sum(actions), sum(cost_micros), sum(tokens_in), sum(tokens_out)
      from json_to_recordset(${JSON.stringify(changes)}::json) as given (day date, agent_id text, agent_version text,
        model text, task_id text, actions bigint, cost_micros bigint, tokens_in bigint, tokens_out bigint)
      group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
      on conflict (org_id, day, agent_id, agent_version, model, task_id) do update set
        ${sql.raw(SUMS.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', '))}
  `.execute(trx)
}
