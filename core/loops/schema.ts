import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { OpenLoopTable } from './tables.ts'

export const loopTypes = [
  'followup',
  'question',
  'dependency',
  'approval',
  'review',
  'handoff',
  'validation',
  'blocker',
  'decision',
  'other',
] as const
export const priorities = ['low', 'medium', 'high', 'critical'] as const

/** Names that documentation of the wire contract uses for the same kinds. */
const synonyms: Readonly<Record<string, (typeof loopTypes)[number]>> = {
  follow_up: 'followup',
  decision_pending: 'decision',
}

export const LoopType = z
  .enum([...loopTypes, 'follow_up', 'decision_pending'])
  .transform((type) => synonyms[type] ?? (type as (typeof loopTypes)[number]))

export const Loop = z
  .object({
    loop_id: z.string(),
    org_id: z.string(),
    action_id: z.string(),
    agent_id: z.string(),
    loop_type: z.string(),
    description: z.string(),
    status: z.enum(['open', 'resolved', 'cancelled']),
    priority: z.enum(priorities),
    owner: z.string().nullable(),
    resolution: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    created_at: z.iso.datetime(),
    resolved_at: z.iso.datetime().nullable(),
    agent_name: z.string().nullable().optional(),
    declared_goal: z.string().optional(),
    action_type: z.string().optional(),
    action_status: z.string().optional(),
  })
  .meta({ id: 'OpenLoop' })
export type Loop = z.output<typeof Loop>

export type LoopRow = Selectable<OpenLoopTable>

export function loopToWire(row: LoopRow): Loop {
  const { created_by: _, priority_rank: __, ...rest } = row
  return { ...rest, created_at: row.created_at.toISOString(), resolved_at: row.resolved_at?.toISOString() ?? null }
}
