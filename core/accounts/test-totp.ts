import { Secret, TOTP } from 'otpauth'
import type { Context } from '../kernel/context.ts'
import { invoke } from '../kernel/invoke.ts'
import { confirmTotp } from './confirm-totp.op.ts'
import { startTotp } from './start-totp.op.ts'

/** What an authenticator app shows, at a moment. */
export function codeAt(secret: string, at: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })
}

/** Turns the second factor on for a person, as an app would. */
export async function withTotp(ctx: Context): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await invoke(startTotp, ctx, {})
  const { recovery_codes } = await invoke(confirmTotp, ctx, { code: codeAt(secret, ctx.now()) })
  return { secret, recoveryCodes: recovery_codes }
}
