import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto'

/** A public key under a name: what a signed note is checked against. */
export interface Verifier {
  readonly name: string
  readonly keyId: Buffer
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Buffer
}

export interface Signer {
  readonly name: string
  readonly publicKey: Buffer
  readonly sign: (message: Buffer) => Buffer
}

export interface NoteSignature {
  readonly name: string
  readonly keyId: Buffer
  readonly signature: Buffer
}

export interface Note {
  /** The signed text with its last newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A note, checkpoint or key that breaks its format; the message says where. */
export class NoteError extends Error {
  override readonly name = 'NoteError'
}

const ED25519 = 0x01
const KEY_ID_BYTES = 4
/** C2SP signed-note asks for at least 16; Go's reference implementation stops at 100. */
const MAX_SIGNATURES = 100

/** C2SP signed-note: SHA-256(name || LF || 0x01 || public key), first four bytes. */
export function keyIdOf(name: string, publicKey: Uint8Array): Buffer {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey])
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_ID_BYTES)
}

/** `name+keyid+base64(0x01 || public key)`, the form in which verifiers are told a key. */
export function encodeVerifierKey(name: string, publicKey: Uint8Array): string {
  requireName(name)
  const key = Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')
  return `${name}+${keyIdOf(name, publicKey).toString('hex')}+${key}`
}

export function parseVerifierKey(text: string): Verifier {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)
  if (!match) throw new NoteError('A verifier key reads name+8 hex digits+base64.')
  const [, name, id, material] = match as unknown as [string, string, string, string]
  requireName(name)
  const bytes = decodeBase64(material)
  if (bytes?.[0] !== ED25519 || bytes.length !== 33) throw new NoteError('Only Ed25519 verifier keys are known.')
  const publicKey = bytes.subarray(1)
  const keyId = keyIdOf(name, publicKey)
  if (keyId.toString('hex') !== id) throw new NoteError('The id of this verifier key does not fit its name and key.')
  return { name, keyId, publicKey }
}

/** Signs with a raw 32-byte Ed25519 seed (RFC 8032). */
export function signerFromSeed(name: string, seed: Uint8Array): Signer {
  requireName(name)
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return { name, publicKey: rawPublicKey(key), sign: (message) => sign(null, message, key) }
}

export function rawPublicKey(key: KeyObject): Buffer {
  const { x } = createPublicKey(
    key.type === 'private' ? key : { key: key.export({ format: 'jwk' }), format: 'jwk' },
  ).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/** Signs `text`, which must end in a newline and hold no other control characters. */
export function signNote(text: string, signers: readonly Signer[]): string {
  requireText(text)
  const message = Buffer.from(text)
  const lines = signers.map(({ name, publicKey, sign }) => {
    const signature = Buffer.concat([keyIdOf(name, publicKey), sign(message)])
    return `— ${name} ${signature.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** Reads a note without trusting it: no signature is checked here. */
export function parseNote(note: string): Note {
  requireText(note)
  const split = note.lastIndexOf('\n\n')
  if (split < 0) throw new NoteError('A signed note has an empty line between its text and its signatures.')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw new NoteError(`A note may have ${MAX_SIGNATURES} signatures at most.`)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) }
}

/**
 * The verifiers whose signature over the note is right. A signature under a known name and key id that is
 * wrong spoils the whole note (C2SP signed-note); unknown keys are ignored.
 */
export function signersOf(note: Note, known: readonly Verifier[]): Verifier[] {
  const message = Buffer.from(note.text)
  const valid: Verifier[] = []
  for (const { name, keyId, signature } of note.signatures) {
    const sameId = known.filter((key) => key.name === name && key.keyId.equals(keyId))
    const verifier = sameId.find((key) => isSignature(key.publicKey, message, signature))
    if (sameId.length > 0 && !verifier)
      throw new NoteError(`The signature of ${name} (${keyId.toString('hex')}) is wrong.`)
    if (verifier && !valid.includes(verifier)) valid.push(verifier)
  }
  return valid
}

function isSignature(publicKey: Buffer, message: Buffer, signature: Buffer): boolean {
  if (signature.length !== 64) return false
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') }
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature)
}

function parseSignature(line: string): NoteSignature {
  const match = /^— (\S+) (\S+)$/u.exec(line)
  const bytes = match?.[2] === undefined ? undefined : decodeBase64(match[2])
  if (match?.[1] === undefined || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new NoteError('A signature line reads: em dash, name, base64.')
  }
  requireName(match[1])
  return { name: match[1], keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) }
}

/** Standard base64 (RFC 4648 §4) with padding and no stray bits; anything else is undefined, since Node's decoder forgives. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function requireName(name: string): void {
  if (name === '' || /[\s+]/u.test(name) || !name.isWellFormed()) {
    throw new NoteError('A key name is not empty and has neither spaces nor plus signs.')
  }
}

function requireText(text: string): void {
  // oxlint-disable-next-line no-control-regex -- the format forbids exactly these
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed()) {
    throw new NoteError('A note ends in a newline and has no other control characters.')
  }
}
