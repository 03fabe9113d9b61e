import type { Selectable } from 'kysely'
import { z } from 'zod'
import { MAX_PASSWORD } from './password.ts'
import type { AccountSessionTable, AccountTable } from './tables.ts'

export const Email = z.email('must be an e-mail address').max(254).trim()
export const PersonName = z.string().trim().min(1).max(128)
/** Its strength is looked at where one is chosen; one that is only checked may be anything. */
export const Password = z.string().min(1).max(MAX_PASSWORD)
/** Six digits of an authenticator, or a recovery code. */
export const SecondFactorCode = z.string().trim().min(6).max(32)
export const AccountId = z.string().max(64).describe('Id of a person, usr_…')

export const Account = z
  .object({
    id: AccountId,
    email: z.string(),
    name: z.string(),
    has_password: z.boolean(),
    second_factor: z.object({ enabled: z.boolean(), recovery_codes_left: z.int() }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Account' })

export const AccountSession = z
  .object({
    id: z.string(),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
    current: z.boolean().describe('The one that asks'),
  })
  .meta({ id: 'AccountSession' })

/** Two spellings of one address are one account. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}

export function accountToWire(row: Selectable<AccountTable>, codesLeft: number): z.output<typeof Account> {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    has_password: row.password_hash !== null,
    second_factor: { enabled: row.totp_confirmed_at !== null, recovery_codes_left: codesLeft },
    created_at: row.created_at.toISOString(),
  }
}

export function sessionToWire(
  row: Selectable<AccountSessionTable>,
  current: string | undefined,
): z.output<typeof AccountSession> {
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    last_seen_at: row.last_seen_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    address: row.address,
    user_agent: row.user_agent,
    current: row.id === current,
  }
}
