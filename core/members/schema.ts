import type { Selectable } from 'kysely'
import { z } from 'zod'
import { AccountId } from '#core/accounts/index'
import { personRoles, type PersonRole } from '../kernel/scope.ts'
import type { InvitationTable } from './tables.ts'

export const MemberRole = z.enum(personRoles)

export const Member = z
  .object({
    account_id: AccountId,
    email: z.string(),
    name: z.string(),
    role: MemberRole,
    second_factor: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Member' })

export const InvitationId = z.string().max(64).describe('Id of an invitation, inv_…')

export const Invitation = z
  .object({
    id: InvitationId,
    email: z.string().nullable(),
    role: MemberRole,
    created_by: z.string(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    accepted_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Invitation' })

export interface MemberRow {
  readonly account_id: string
  readonly email: string
  readonly name: string
  readonly role: PersonRole
  readonly totp_confirmed_at: Date | null
  readonly created_at: Date
}

export function memberToWire(row: MemberRow): z.output<typeof Member> {
  return {
    account_id: row.account_id,
    email: row.email,
    name: row.name,
    role: row.role,
    second_factor: row.totp_confirmed_at !== null,
    created_at: row.created_at.toISOString(),
  }
}

export function invitationToWire(row: Selectable<InvitationTable>): z.output<typeof Invitation> {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    accepted_at: row.accepted_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  }
}
