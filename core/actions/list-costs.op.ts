import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'
import { operation } from '../kernel/operation.ts'
import { costsBy } from './costs.store.ts'
import { rollupOf } from './rollup.ts'

const Cost = { cost_usd: z.number(), tokens: z.int(), action_count: z.int().describe('Those that cost anything') }
const named = (text: string): string | null => (text === '' ? null : text)

export const listCosts = operation({
  name: 'actions_list_costs',
  title: 'Costs of actions',
  description: 'Sum cost and tokens of actions by agent, day, model, version and task.',
  input: z.object({
    period: z
      .string()
      .regex(/^([1-9]\d{0,2})d$/, 'must be a number of days like 30d, 365d at most')
      .default('30d'),
    agent_id: z.string().max(128).optional(),
  }),
  output: z.object({
    total_cost_usd: z.number(),
    total_tokens_in: z.number(),
    total_tokens_out: z.number(),
    period: z.string(),
    by_agent: z.array(z.object({ agent_id: z.string(), cost_usd: z.number(), action_count: z.int() })),
    by_day: z.array(z.object({ date: z.string(), cost_usd: z.number(), action_count: z.int() })),
    by_model: z.array(z.object({ model: z.string().nullable(), ...Cost })).describe('The 100 dearest'),
    by_version: z
      .array(z.object({ agent_id: z.string(), agent_version: z.string().nullable(), ...Cost }))
      .describe('The 100 dearest'),
    by_task: z.array(z.object({ task_id: z.string(), ...Cost })).describe('The 100 dearest'),
    others: z
      .object({ models_usd: z.number(), versions_usd: z.number(), tasks_usd: z.number() })
      .describe('Of those that are not listed'),
  }),
  scope: 'actions:read',
  annotations: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  rest: { method: 'get', path: '/api/actions/costs' },
  mcp: 'catalog',

  async handler(ctx, input) {
    const days = Math.min(365, Number.parseInt(input.period, 10))
    const since = new Date(ctx.now().getTime() - days * 86_400_000).toISOString()
    const agentId = ctx.actor.agentId ?? input.agent_id
    const from = sql<Date>`(${since}::timestamptz at time zone 'UTC')::date`
    let rollup = ctx.db.selectFrom('action_rollup_day').where('org_id', '=', ctx.actor.orgId).where('day', '>', from)
    if (agentId !== undefined) rollup = rollup.where('agent_id', '=', agentId)
    const sums = [sql<string>`sum(cost_micros)`.as('cost'), sql<string>`sum(total)`.as('count')] as const
    const byAgent = await rollup
      .select(['agent_id', ...sums])
      .groupBy('agent_id')
      .orderBy('cost', 'desc')
      .limit(100)
      .execute()
    const byDay = await rollupOf(ctx, agentId)
      .where('day', '>', from)
      .select([
        sql<string>`day::text`.as('date'),
        ...sums,
        sql<string>`sum(tokens_in)`.as('tin'),
        sql<string>`sum(tokens_out)`.as('tout'),
      ])
      .groupBy('day')
      .orderBy('day')
      .execute()
    const total = (pick: (row: (typeof byDay)[number]) => string): number =>
      byDay.reduce((sum, row) => sum + Number(pick(row)), 0)
    return {
      total_cost_usd: total((row) => row.cost) / 1e6,
      total_tokens_in: total((row) => row.tin),
      total_tokens_out: total((row) => row.tout),
      period: `${days}d`,
      by_agent: byAgent.map((row) => ({
        agent_id: row.agent_id,
        cost_usd: Number(row.cost) / 1e6,
        action_count: Number(row.count),
      })),
      by_day: byDay.map((row) => ({
        date: row.date,
        cost_usd: Number(row.cost) / 1e6,
        action_count: Number(row.count),
      })),
      ...(await costsOf(ctx, { agentId, since })),
    }
  },
})

/** The lists that come from the sums of what acts cost. */
async function costsOf(ctx: Context, range: { readonly agentId: string | undefined; readonly since: string }) {
  const models = await costsBy(ctx, range, ['model'])
  const versions = await costsBy(ctx, range, ['agent_id', 'agent_version'])
  const tasks = await costsBy(ctx, range, ['task_id'])
  return {
    by_model: models.listed.map(({ model, ...cost }) => ({ model: named(model), ...cost })),
    by_version: versions.listed.map(({ agent_version, ...cost }) => ({ ...cost, agent_version: named(agent_version) })),
    by_task: tasks.listed,
    others: { models_usd: models.othersUsd, versions_usd: versions.othersUsd, tasks_usd: tasks.othersUsd },
  }
}
