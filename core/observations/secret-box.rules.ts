import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fault } from '../kernel/errors.ts'

const VERSION = 0x01
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** AES-256-GCM: version, nonce, tag, text. Bound to its org, so that a row copied to another org does not open. */
export function sealSecret(secret: Uint8Array, masterKey: Uint8Array, orgId: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(purposeOf(orgId))
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed])
}

export function openSecret(box: Uint8Array, masterKey: Uint8Array, orgId: string): Buffer {
  const bytes = Buffer.from(box)
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
  try {
    if (bytes[0] !== VERSION || bytes.length <= HEAD_BYTES) throw new RangeError('unknown form of encrypted secret')
    const decipher = createDecipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(purposeOf(orgId))
    decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEAD_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()])
  } catch (cause) {
    const message =
      'The webhook secret cannot be opened: the secret key of this instance is not the one it was stored with.'
    throw new Fault('unprocessable', message, { cause })
  }
}

const purposeOf = (orgId: string): Buffer => Buffer.from(`webhook-secret/${orgId}`)
