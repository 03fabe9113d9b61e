import { z } from 'zod'

const fields = {
  total_tasks: z.int().describe('Ended tasks that said how they ended'),
  success_rate: z.number().nullable().describe('0 to 1, a partial success counts half; null without tasks'),
  success_rate_interval: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .describe("Wilson's score interval at 95 %"),
  total_cost: z.number().describe('USD'),
  cost_per_task: z.number().nullable().describe('USD'),
  cost_per_outcome: z.number().nullable().describe('USD for each success; null without any'),
  mean_duration_ms: z.number().nullable(),
  value: z.number().nullable().describe('USD; null when nobody said what any of these tasks is worth'),
  valued_tasks: z.int().describe('Tasks whose worth is known, from their own event or from the org'),
  net_roi: z.number().nullable().describe('(value - cost) / cost; null without a value or a cost'),
}

export const Figures = z.object(fields).meta({ id: 'TaskFigures' })
export const FiguresOfTask = z.object({ task: z.string(), ...fields }).meta({ id: 'TaskFiguresByTask' })
export const FiguresOfVersion = z
  .object({ version_id: z.string().nullable().describe('Null: unknown'), ...fields })
  .meta({ id: 'TaskFiguresByVersion' })

export const Trend = z
  .object({
    previous: z.number().nullable().describe('In the period before'),
    change: z.number().nullable().describe('Now less previous; null when one of them is unknown'),
  })
  .meta({ id: 'Trend' })

export const TaskName = z.string().min(1).max(256).describe('Name of a task, as events have it')

export const TaskValue = z
  .object({
    task: z.string(),
    value_usd: z.number().describe('What one success is worth; half of it for a partial one'),
    updated_at: z.iso.datetime(),
    updated_by: z.string(),
  })
  .meta({ id: 'TaskValue' })

interface ValueRow {
  readonly task: string
  readonly value_micros: number
  readonly updated_at: Date
  readonly updated_by: string
}

export function valueToWire({ task, value_micros, updated_at, updated_by }: ValueRow): z.output<typeof TaskValue> {
  return { task, value_usd: value_micros / 1e6, updated_at: updated_at.toISOString(), updated_by }
}
