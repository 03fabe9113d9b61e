import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../kernel/context.ts'

const WINDOW_DAYS = 30

/** What the record of the window says; nothing is made up where there is none. */
export const Trust = z
  .object({
    window_days: z.int(),
    risk_score: z.int().nullable().describe('Mean risk of its actions, 0 to 100; null without actions'),
    actions: z.int(),
    completed: z.int(),
    failed: z.int(),
    completion_rate: z.number().nullable().describe('Of those that ended, 0 to 1; null when none has'),
    high_risk: z.int().describe('Actions with a risk of 70 or more'),
    decisions: z.int(),
    blocked: z.int(),
    asked: z.int().describe('Decisions that needed a person'),
  })
  .meta({ id: 'AgentTrust' })

type Sums = Readonly<Record<'actions' | 'completed' | 'failed' | 'high_risk' | 'risk_sum', string>>
type Counts = Readonly<Record<'decisions' | 'blocked' | 'asked', string>>

/** From the daily sums of one agent: at most a month of rows. */
export async function trustOf(ctx: Context, agentId: string, now: Date): Promise<z.output<typeof Trust>> {
  const since = new Date(now.getTime() - WINDOW_DAYS * 86_400_000).toISOString().slice(0, 10)
  const ofAgent = sql`org_id = ${ctx.actor.orgId} and agent_id = ${agentId} and day >= ${since}::date`
  const { rows } = await sql<Sums & Counts>`
    select * from (
      select coalesce(sum(total), 0) as actions, coalesce(sum(completed), 0) as completed, coalesce(sum(failed), 0) as failed,
        coalesce(sum(high_risk), 0) as high_risk, coalesce(sum(risk_sum), 0) as risk_sum
      from action_rollup_day where ${ofAgent}
    ) as acted, (
      select coalesce(sum(count), 0) as decisions, coalesce(sum(count) filter (where decision = 'block'), 0) as blocked,
        coalesce(sum(count) filter (where decision = 'require_approval'), 0) as asked
      from guard_rollup_day where ${ofAgent}
    ) as decided`.execute(ctx.db)
  const sum = (name: keyof Sums | keyof Counts): number => Number(rows[0]?.[name] ?? 0)
  const ended = sum('completed') + sum('failed')
  return {
    window_days: WINDOW_DAYS,
    risk_score: sum('actions') === 0 ? null : Math.round(sum('risk_sum') / sum('actions')),
    actions: sum('actions'),
    completed: sum('completed'),
    failed: sum('failed'),
    completion_rate: ended === 0 ? null : Math.round((sum('completed') / ended) * 1000) / 1000,
    high_risk: sum('high_risk'),
    decisions: sum('decisions'),
    blocked: sum('blocked'),
    asked: sum('asked'),
  }
}
