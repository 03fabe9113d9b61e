import { hash, verify } from '@node-rs/argon2'
import { Fault } from '../kernel/errors.ts'

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export const MIN_PASSWORD = 12
export const MAX_PASSWORD = 256

/** The hash in PHC form. The same password typed on two keyboards is one: NFKC, as NIST SP 800-63B 5.1.1.2 asks. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), COST)
}

let decoy: Promise<string> | undefined

/** Takes as long for an account that does not exist, so that the time of an answer does not tell. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const against = stored ?? (await (decoy ??= hashPassword('nobody has this password')))
  const holds = await verify(against, password.normalize('NFKC')).catch(() => false)
  return holds && stored !== null
}

/** Length decides; what is the person's own address or one character over and over is no password. */
export function assertGoodPassword(password: string, email: string): void {
  const folded = password.normalize('NFKC').toLowerCase()
  const [local = ''] = email.toLowerCase().split('@')
  const weak =
    new Set(folded).size < 5 || folded === email.toLowerCase() || (local.length > 3 && folded === local.repeat(3))
  if (password.length >= MIN_PASSWORD && password.length <= MAX_PASSWORD && !weak) return
  const details = [
    `password: must have ${MIN_PASSWORD} to ${MAX_PASSWORD} characters, at least five different ones, and not be your address`,
  ]
  throw new Fault('invalid_input', 'Validation failed', { details })
}
