import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { ActivityTable } from './tables.ts'

export const Activity = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    event: z.string().describe('What happened, as key.created'),
    ref: z.string().describe('Id of the thing'),
    actor: z.object({ id: z.string(), name: z.string(), kind: z.string().describe('key, user, grant or system') }),
    address: z.string().nullable().describe('Where the call came from; null when not over a network'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Activity' })

export function activityToWire(row: Selectable<ActivityTable>): z.output<typeof Activity> {
  const { id, at, event, ref, actor_id, actor_name, actor_kind, address, data } = row
  const actor = { id: actor_id, name: actor_name, kind: actor_kind }
  return { id, at: at.toISOString(), event, ref, actor, address, data }
}
