import type { Selectable } from 'kysely'
import { z } from 'zod'
import { Fault } from '../kernel/errors.ts'
import { ALGORITHMS, readPublicKey, type Algorithm, type PublicKey } from './public-key.rules.ts'
import type { AgentIdentityTable } from './tables.ts'

export const AgentIdField = z.string().min(1).max(128)

/** What an agent is known by; fields of a pairing and of an identity. */
export const keyFields = {
  agent_id: AgentIdField,
  agent_name: z.string().max(256).optional(),
  public_key: z.string().min(1).max(8192).describe('PEM, SPKI: -----BEGIN PUBLIC KEY-----'),
  algorithm: z.enum(ALGORITHMS).optional().describe('Of the key itself when absent'),
} as const

export const Identity = z
  .object({
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    algorithm: z.enum(ALGORITHMS),
    public_key: z.string(),
    fingerprint: z.string().describe('sha256: and the base64url hash of the key'),
    pairing_id: z.string().nullable(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AgentIdentity' })

export function identityToWire(row: Selectable<AgentIdentityTable>): z.output<typeof Identity> {
  const { org_id: _, ...rest } = row
  return { ...rest, created_at: row.created_at.toISOString() }
}

/** The key as it is stored; a 400 that says what is allowed otherwise. */
export function soundKey(pem: string, algorithm: Algorithm | undefined): PublicKey {
  const key = readPublicKey(pem, algorithm)
  if (typeof key === 'string')
    throw new Fault('invalid_input', 'Validation failed', { details: [`public_key: ${key}`] })
  return key
}
