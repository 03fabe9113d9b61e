import { z } from 'zod'

export const HaltState = z
  .object({
    halted: z.boolean(),
    reason: z.string().nullable(),
    halted_by: z.string().nullable(),
    halted_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'HaltState' })

export function haltToWire(row: {
  readonly halted_at: Date | null
  readonly halted_by: string | null
  readonly halt_reason: string | null
}): z.output<typeof HaltState> {
  return {
    halted: row.halted_at !== null,
    reason: row.halt_reason,
    halted_by: row.halted_by,
    halted_at: row.halted_at?.toISOString() ?? null,
  }
}
