import { z } from 'zod'
import { DIMENSIONS, UNITS } from './dimensions.rules.ts'
import { explained } from './explain.rules.ts'
import { STATUSES, type DimensionReport } from './report.rules.ts'
import type { Baseline } from './store.ts'

export const Day = z.iso.date().max(10).describe('YYYY-MM-DD, UTC')

export const DriftBaseline = z
  .object({
    first_day: z.iso.date(),
    last_day: z.iso.date(),
    version_id: z.string().nullable().describe('Only what this version did counts; null: whatever the agent did'),
    pinned: z.boolean().describe('Somebody chose it; otherwise it is the first days of the agent'),
    taken_at: z.iso.datetime().nullable().describe('Null while its days are not over'),
  })
  .meta({ id: 'DriftBaseline' })

export function baselineToWire({ first, last, taken_at: taken, ...rest }: Baseline): z.output<typeof DriftBaseline> {
  return { first_day: first, last_day: last, ...rest, taken_at: taken?.toISOString() ?? null }
}

export const DriftChange = z
  .object({
    dimension: z.enum(DIMENSIONS),
    measure: z.string().describe('What of the dimension changed most'),
    delta: z.number().describe('How far the dimension is from its baseline, 0 to 1'),
    bucket: z.string().nullable().describe('Of a category: the value whose share changed most'),
    from: z.number(),
    to: z.number(),
    unit: z.enum(UNITS),
    n_baseline: z.int(),
    n_current: z.int(),
    explanation: z.string(),
  })
  .meta({ id: 'DriftChange' })

export const DriftDimension = z
  .object({
    dimension: z.enum(DIMENSIONS),
    status: z.enum(STATUSES),
    distance: z.number().describe('0 to 1: Jensen and Shannon for categories, Hellinger for numbers'),
    p_value: z.number().nullable().describe("That chance alone does as much, after Holm's correction over dimensions"),
    n_baseline: z.int(),
    n_current: z.int(),
  })
  .meta({ id: 'DriftDimension' })

export function dimensionToWire({ change: _change, p, ...rest }: DimensionReport): z.output<typeof DriftDimension> {
  return { ...rest, p_value: p }
}

export function changesToWire(changed: readonly DimensionReport[]): z.output<typeof DriftChange>[] {
  return changed.flatMap(({ dimension, distance, change }) => {
    if (change === null) return []
    const { distance: _, p: __, ...told } = change
    return [{ dimension, ...told, delta: distance, explanation: explained(change) }]
  })
}

export const DriftAlert = z
  .object({
    dimension: z.string(),
    severity: z.enum(['warning', 'critical']),
    opened_at: z.iso.datetime(),
    explanation: z.string(),
  })
  .meta({ id: 'DriftAlert' })
