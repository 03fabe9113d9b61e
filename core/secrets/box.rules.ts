import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '#core/kernel/errors'

const VERSION = 0x01
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES
const MASTER_BYTES = 32

/** Reads the instance's secret key: 32 bytes as hex or base64. */
export function parseMasterKey(text: string): Buffer {
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.length === MASTER_BYTES) return bytes
  throw new Fault('unavailable', 'The secret key of this instance must be 32 bytes, as 64 hex digits or base64.')
}

/**
 * AES-256-GCM: version, nonce, tag, text. `boundTo` is authenticated with it, so that a box copied to another row does
 * not open there.
 */
export function sealSecret(secret: Uint8Array, masterKey: Uint8Array, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed])
}

/** What it is called in the refusal, and the code of that refusal. */
export interface Opening {
  readonly what: string
  readonly code?: 'unavailable' | 'unprocessable'
}

/** The secret, or a Fault that says what cannot be opened. */
export function openSecret(box: Uint8Array, masterKey: Uint8Array, boundTo: string, opening: Opening): Buffer {
  try {
    return opened(Buffer.from(box), masterKey, boundTo)
  } catch (cause) {
    const { what, code = 'unavailable' } = opening
    const message = `${what} cannot be opened: the secret key of this instance is not the one it was stored with.`
    throw new Fault(code, message, { cause })
  }
}

function opened(bytes: Buffer, masterKey: Uint8Array, boundTo: string): Buffer {
  if (bytes[0] !== VERSION || bytes.length <= HEAD_BYTES) throw new RangeError('unknown form of encrypted secret')
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(boundTo))
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()])
}
