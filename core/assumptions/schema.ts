import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { AssumptionTable } from './tables.ts'

export const Assumption = z
  .object({
    assumption_id: z.string(),
    org_id: z.string(),
    action_id: z.string(),
    agent_id: z.string(),
    assumption: z.string(),
    basis: z.string().nullable(),
    validated: z.boolean(),
    invalidated: z.boolean(),
    invalidated_reason: z.string().nullable(),
    validated_at: z.iso.datetime().nullable(),
    invalidated_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    drift_score: z
      .int()
      .nullable()
      .optional()
      .describe('0 validated, null invalidated, else age over 30 days in percent'),
  })
  .meta({ id: 'Assumption' })
export type Assumption = z.output<typeof Assumption>

export type AssumptionRow = Selectable<AssumptionTable>

export function assumptionToWire(row: AssumptionRow): Assumption {
  const { created_by: _, ...rest } = row
  return {
    ...rest,
    validated_at: row.validated_at?.toISOString() ?? null,
    invalidated_at: row.invalidated_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  }
}

const DRIFT_DAYS = 30

/** How much an assumption has aged without being checked: 0 to 100 over 30 days. */
export function driftScore(
  row: Pick<AssumptionRow, 'validated' | 'invalidated' | 'created_at'>,
  now: Date,
): number | null {
  if (row.invalidated) return null
  if (row.validated) return 0
  const days = (now.getTime() - row.created_at.getTime()) / 86_400_000
  return Math.max(0, Math.min(100, Math.round((days / DRIFT_DAYS) * 100)))
}
