import { randomBytes } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { hashSecret } from '#core/keys/index'
import { encryptedColumns, masterKeyOf, openSecret, sealSecret } from '#core/secrets/index'
import type { Database } from '../db/database.ts'
import type { Runtime } from '../kernel/runtime.ts'

const PERIOD_S = 30
/** Clocks of phones are a little off: the step before and the one after count too (RFC 6238, section 5.2). */
const WINDOW = 1
const RECOVERY_CODES = 10
const cannot = 'nothing can be encrypted'

/** RFC 6238 with the parameters that every authenticator app understands: SHA-1, six digits, thirty seconds. */
export function totpOf(secret: Buffer, label: string): TOTP {
  return new TOTP({
    issuer: 'Writ',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  })
}

export function newTotpSecret(): Buffer {
  return randomBytes(20)
}

export function sealTotp(runtime: Runtime, accountId: string, secret: Buffer): Buffer {
  return sealSecret(secret, masterKeyOf(runtime, cannot), encryptedColumns.accountTotp.boundTo(accountId))
}

export function openTotp(runtime: Runtime, accountId: string, sealed: Buffer): Buffer {
  const boundTo = encryptedColumns.accountTotp.boundTo(accountId)
  return openSecret(sealed, masterKeyOf(runtime, cannot), boundTo, { what: 'The second factor' })
}

/** The time step a code belongs to, or null when it fits none that is near. */
export function stepOf(totp: TOTP, code: string, now: Date): number | null {
  const digits = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) return null
  const delta = totp.validate({ token: digits, window: WINDOW, timestamp: now.getTime() })
  return delta === null ? null : Math.floor(now.getTime() / 1000 / PERIOD_S) + delta
}

/** Takes a code of the authenticator, or a recovery code, once: of parallel uses of one code exactly one holds. */
export async function takeSecondFactor(
  runtime: Runtime,
  account: { readonly id: string; readonly email: string; readonly totp_secret: Buffer | null },
  code: string,
): Promise<boolean> {
  if (account.totp_secret === null) return false
  const now = runtime.now()
  const step = stepOf(totpOf(openTotp(runtime, account.id, account.totp_secret), account.email), code, now)
  if (step === null) return takeRecoveryCode(runtime.db, account.id, code, now)
  const { numUpdatedRows } = await runtime.db
    .updateTable('account')
    .set({ totp_last_step: step })
    .where('id', '=', account.id)
    .where((eb) => eb.or([eb('totp_last_step', 'is', null), eb('totp_last_step', '<', step)]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

async function takeRecoveryCode(db: Kysely<Database>, accountId: string, code: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('account_recovery_code')
    .set({ used_at: now })
    .where('account_id', '=', accountId)
    .where('code_hash', '=', hashSecret(foldCode(code)))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Ten codes of 50 bits, shown once; those there were before stop working. */
export async function newRecoveryCodes(trx: Transaction<Database>, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: Uint8Array.from(randomBytes(10)).buffer }).base32.toLowerCase().slice(0, 10)
    return `${text.slice(0, 5)}-${text.slice(5)}`
  })
  await trx.deleteFrom('account_recovery_code').where('account_id', '=', accountId).execute()
  await trx
    .insertInto('account_recovery_code')
    .values(codes.map((code) => ({ account_id: accountId, code_hash: hashSecret(foldCode(code)), used_at: null })))
    .execute()
  return codes
}

/** Takes the second factor off an account, with its recovery codes. */
export async function dropSecondFactor(trx: Transaction<Database>, accountId: string): Promise<void> {
  const none = { totp_secret: null, totp_confirmed_at: null, totp_last_step: null }
  await trx.updateTable('account').set(none).where('id', '=', accountId).execute()
  await trx.deleteFrom('account_recovery_code').where('account_id', '=', accountId).execute()
}

export async function recoveryCodesLeft(db: Kysely<Database>, accountId: string): Promise<number> {
  const { left } = await db
    .selectFrom('account_recovery_code')
    .select((eb) => eb.fn.countAll<string>().as('left'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(left)
}

function foldCode(code: string): string {
  return code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
