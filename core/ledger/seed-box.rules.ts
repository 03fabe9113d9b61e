import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '#core/kernel/errors'

const VERSION = 0x01
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MASTER_BYTES = 32

/** Reads the instance's secret key: 32 bytes as hex or base64. */
export function parseMasterKey(text: string): Buffer {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length === MASTER_BYTES) return bytes
  throw new Fault('unavailable', 'The secret key of this instance must be 32 bytes, as 64 hex digits or base64.')
}

/** AES-256-GCM; `boundTo` is authenticated with it, so that a row copied to another org or key does not open. */
export function sealSeed(seed: Uint8Array, masterKey: Uint8Array, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([cipher.update(seed), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed])
}

export function openSeed(box: Uint8Array, masterKey: Uint8Array, boundTo: string): Buffer {
  const bytes = Buffer.from(box)
  const nonceEnd = 1 + NONCE_BYTES
  const tagEnd = nonceEnd + TAG_BYTES
  try {
    if (bytes[0] !== VERSION || bytes.length <= tagEnd) throw new RangeError('unknown form of encrypted key')
    const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, nonceEnd), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(boundTo))
    decipher.setAuthTag(bytes.subarray(nonceEnd, tagEnd))
    return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()])
  } catch (cause) {
    throw new Fault(
      'unavailable',
      'The signing key cannot be opened: the secret key of this instance is not the one it was stored with.',
      {
        cause,
      },
    )
  }
}
