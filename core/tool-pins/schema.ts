import type { Selectable } from 'kysely'
import { z } from 'zod'
import { MAX_NAME } from './definition.rules.ts'
import { REASONS } from './reason.ts'
import type { ToolPinTable } from './tables.ts'

/** As it stands in `mcp__<server>__<tool>`, so without a double underscore. */
export const ServerName = z
  .string()
  .max(64)
  .regex(/^(?!.*__)[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'must be letters, digits, _ . - without a double underscore')
  .describe('The name under which the server is wrapped')

export const PinId = z.string().min(1).max(64).describe('Id of one definition of one tool, pin_…')

/** As the server lists it; what it says beside these fields is not looked at. */
export const ToolDefinition = z.object({
  name: z.string().min(1).max(MAX_NAME),
  title: z.unknown().optional(),
  description: z.unknown().optional(),
  inputSchema: z.unknown().optional(),
  outputSchema: z.unknown().optional(),
  annotations: z.unknown().optional(),
})

export const Reason = z.object({ kind: z.enum(REASONS), detail: z.string() }).meta({ id: 'ToolPinReason' })

export const ToolPin = z
  .object({
    id: PinId,
    server: z.string(),
    tool: z.string(),
    digest: z.string().describe('SHA-256 of the definition as canonical JSON'),
    definition: z.record(z.string(), z.unknown()),
    state: z.enum(['pinned', 'quarantined']),
    reasons: z.array(Reason).describe('Why it was quarantined when it was first seen'),
    first_seen_at: z.iso.datetime(),
    first_seen_by: z.string(),
    approved_at: z.iso.datetime().nullable(),
    approved_by: z.string().nullable(),
  })
  .meta({ id: 'ToolPin' })

export function pinToWire(row: Selectable<ToolPinTable>): z.output<typeof ToolPin> {
  const { org_id: _, skeleton: _looks, ...rest } = row
  return {
    ...rest,
    definition: JSON.parse(row.definition) as Record<string, unknown>,
    reasons: [...row.reasons],
    first_seen_at: row.first_seen_at.toISOString(),
    approved_at: row.approved_at?.toISOString() ?? null,
  }
}
