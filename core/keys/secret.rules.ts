import { hash, randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 32

/** `<prefix>` and 32 characters of base 62: about 190 bits. */
export function newSecret(prefix = 'writ_live_'): string {
  let body = ''
  while (body.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      // 248 = 4 × 62: bytes above would favour the first characters.
      if (byte < 248 && body.length < LENGTH) body += ALPHABET[byte % 62]
    }
  }
  return prefix + body
}

/** The stored form. A fast hash is right here: the key has full entropy, so there is nothing to guess. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** What lists show: enough to recognise a key, too little to use it. */
export function shownPrefix(secret: string): string {
  return secret.slice(0, Math.min(14, Math.floor(secret.length / 2)))
}
