import { z } from 'zod'
import type { Selectable } from 'kysely'
import { roles, scopes } from '../kernel/scope.ts'
import type { ApiKeyTable } from './tables.ts'

export const KeyId = z.string().max(64).describe('Id of a key, key_…')

export const ApiKey = z
  .object({
    id: KeyId,
    name: z.string(),
    role: z.enum(roles),
    scopes: z.array(z.enum(scopes)),
    key_prefix: z.string(),
    agent_id: z.string().nullable(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    rate_limit_per_minute: z.int().nullable(),
  })
  .meta({ id: 'ApiKey' })

const iso = (date: Date | null): string | null => date?.toISOString() ?? null

export function keyToWire(row: Selectable<ApiKeyTable>): z.output<typeof ApiKey> {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    scopes: row.scopes,
    key_prefix: row.key_prefix,
    agent_id: row.agent_id,
    created_at: row.created_at.toISOString(),
    last_used_at: iso(row.last_used_at),
    expires_at: iso(row.expires_at),
    revoked_at: iso(row.revoked_at),
    rate_limit_per_minute: row.rate_limit_per_minute,
  }
}
