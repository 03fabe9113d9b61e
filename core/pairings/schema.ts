import type { Selectable } from 'kysely'
import { z } from 'zod'
import { ALGORITHMS } from '#core/identities/index'
import type { AgentPairingTable } from './tables.ts'

export const PairingId = z.string().min(1).max(64).describe('Id of a pairing, pair_…')
export const PAIRING_STATES = ['pending', 'approved', 'expired'] as const

export const Pairing = z
  .object({
    id: z.string(),
    status: z.enum(PAIRING_STATES),
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    algorithm: z.enum(ALGORITHMS),
    public_key: z.string(),
    fingerprint: z.string().describe('Compare it with what the agent shows before you approve'),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    approved_by: z.string().nullable(),
    approved_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Pairing' })

export function pairingToWire(row: Selectable<AgentPairingTable>, now: Date): z.output<typeof Pairing> {
  const { org_id: _, ...rest } = row
  return {
    ...rest,
    status: row.status === 'pending' && row.expires_at <= now ? 'expired' : row.status,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    approved_at: row.approved_at?.toISOString() ?? null,
  }
}
