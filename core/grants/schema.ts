import { z } from 'zod'
import { scopes } from '../kernel/scope.ts'
import type { GrantRow } from './store.ts'

export const GrantId = z.string().max(64).describe('Id of a grant, grt_…')

export const Grant = z
  .object({
    id: GrantId,
    org_id: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    account_id: z.string(),
    email: z.string(),
    agent_id: z.string().nullable(),
    scopes: z.array(z.enum(scopes)),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
    expires_at: z.iso.datetime(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Grant' })

export function grantToWire(row: GrantRow & { readonly email: string }): z.output<typeof Grant> {
  return {
    id: row.id,
    org_id: row.org_id,
    client_id: row.client_id,
    client_name: row.client_name,
    account_id: row.account_id,
    email: row.email,
    agent_id: row.agent_id,
    scopes: row.scopes,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at.toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
  }
}
