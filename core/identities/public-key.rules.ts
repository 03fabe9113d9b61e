import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto'

export const ALGORITHMS = ['RSASSA-PKCS1-v1_5', 'Ed25519', 'ES256'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

export const ALLOWED_KEYS =
  'allowed are RSA keys of 2048 to 8192 bits (RSASSA-PKCS1-v1_5), Ed25519 keys, and P-256 keys (ES256), as PEM beginning with -----BEGIN PUBLIC KEY-----'

export interface PublicKey {
  /** As it is stored: one form for every way the same key may be written. */
  readonly pem: string
  readonly algorithm: Algorithm
  readonly fingerprint: string
}

/** The key, or a sentence that says why it cannot be used. */
export function readPublicKey(text: string, wanted: Algorithm | undefined): PublicKey | string {
  // Node would also take a private key or a certificate and derive the public one: neither has a place here.
  if (!/^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(text)) {
    return `is no public key; ${ALLOWED_KEYS}`
  }
  const key = parsed(text)
  const algorithm = key && algorithmOf(key)
  if (!key || !algorithm) return `is a key of another kind or size; ${ALLOWED_KEYS}`
  if (wanted !== undefined && wanted !== algorithm) return `is a key for ${algorithm}, not for ${wanted}`
  const der = key.export({ type: 'spki', format: 'der' })
  return {
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    algorithm,
    fingerprint: `sha256:${hash('sha256', der, 'base64url')}`,
  }
}

function parsed(text: string): KeyObject | null {
  try {
    return createPublicKey({ key: text, format: 'pem', type: 'spki' })
  } catch {
    return null
  }
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): Algorithm | null {
  if (type === 'ed25519') return 'Ed25519'
  if (type === 'ec') return details.namedCurve === 'prime256v1' ? 'ES256' : null
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = details
  // With a tiny exponent a signature can be made from the message alone.
  return type === 'rsa' && bits >= 2048 && bits <= 8192 && exponent >= 65_537n ? 'RSASSA-PKCS1-v1_5' : null
}

/** Whether `signature` (base64) over the bytes of `text` is by this key. Never throws. */
export function isSignedBy(key: { pem: string; algorithm: Algorithm }, text: string, signature: string): boolean {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(signature)) return false
  try {
    const digest = key.algorithm === 'Ed25519' ? null : 'sha256'
    const bytes = Buffer.from(signature, 'base64')
    return verify(digest, Buffer.from(text), { key: key.pem, dsaEncoding: 'ieee-p1363' }, bytes)
  } catch {
    return false
  }
}
