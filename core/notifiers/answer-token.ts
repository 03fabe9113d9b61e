import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** In the form that Telegram takes as `secret_token`. */
export const answerToken = (): string => randomBytes(32).toString('base64url')

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export function isToken(given: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(given), 'hex'), Buffer.from(hash, 'hex'))
}
