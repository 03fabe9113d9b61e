import { hash } from 'node:crypto'
import { Fault } from '#core/kernel/errors'
import { canonical } from './canonical.ts'
import { encodeVerifierKey, parseVerifierKey, signersOf, type Note, type Verifier } from './note.rules.ts'
import type { EntryBody } from './seal.rules.ts'
import { Problems } from './verdict.rules.ts'

/** JWK thumbprint (RFC 7638, SHA-256, base64url): the id of a signing key, and the fingerprint a person compares. */
export function kidOf(publicKey: Uint8Array): string {
  return hash('sha256', canonical(publicJwk(publicKey)), 'base64url')
}

/** The members that RFC 8037 requires of an Ed25519 public key. */
export function publicJwk(publicKey: Uint8Array): { crv: 'Ed25519'; kty: 'OKP'; x: string } {
  return { crv: 'Ed25519', kty: 'OKP', x: Buffer.from(publicKey).toString('base64url') }
}

/** Data of the entries (kind `key`) by which a log names its own signing keys. */
export interface KeyEvent {
  readonly event: 'ledger.key_created' | 'ledger.key_rotated'
  readonly verifier_key: string
}

/**
 * Reads what a person gives as trusted: verifier keys (`name+id+base64`) or fingerprints (kid), one a line or separated
 * by spaces, or a JWKS document, whose Ed25519 keys count by their thumbprint.
 */
export function parseTrustedKeys(text: string): string[] {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return trimmed.split(/\s+/).filter((word) => word !== '')
  const keys: unknown = (JSON.parse(trimmed) as { keys?: unknown }).keys
  if (!Array.isArray(keys)) throw new Fault('invalid_input', 'A JWKS document has an array named keys.')
  return keys
    .filter((key: { kty?: unknown; crv?: unknown }) => key.kty === 'OKP' && key.crv === 'Ed25519')
    .map((key: { x?: unknown }) => kidOf(Buffer.from(String(key.x), 'base64url')))
}

/**
 * Whose signatures count. Keys that the reader trusts count at once; a key that the log itself named counts
 * from the first checkpoint on that covers its naming and is signed by a key that counts already.
 */
export class Trust {
  readonly problems = new Problems()
  readonly signedBy = new Set<string>()
  readonly #embedded: Verifier[] = []
  readonly #trusted: Verifier[] = []
  #named: { readonly seq: number; readonly verifier: Verifier }[] = []
  /** Size of the newest checkpoint that a counting key signed; null before the first. */
  trustedSize: number | null = null
  readonly pinned: boolean

  constructor(trustedKeys: readonly string[], embedded: readonly string[]) {
    this.pinned = trustedKeys.length > 0
    for (const text of embedded) this.#readEmbedded(text)
    for (const text of trustedKeys)
      this.#trusted.push(...(text.includes('+') ? [readTrusted(text)] : this.#embeddedAs(text)))
  }

  /** Hears every entry: the log may name its next signing key in one. */
  hear({ kind, seq, ref, data }: Pick<EntryBody, 'kind' | 'seq' | 'ref' | 'data'>, origin: string): void {
    const event = data['event']
    if (kind !== 'key' || (event !== 'ledger.key_created' && event !== 'ledger.key_rotated')) return
    try {
      const verifier = parseVerifierKey(String(data['verifier_key']))
      if (verifier.name === origin && kidOf(verifier.publicKey) === ref) this.#named.push({ seq, verifier })
    } catch (error) {
      this.problems.add(`entry ${seq} names a signing key that cannot be read: ${(error as Error).message}`)
    }
  }

  judge(note: Note, size: number): void {
    try {
      const known = [...this.#trusted, ...this.#named.map(({ verifier }) => verifier), ...this.#embedded]
      const signers = signersOf(note, unique(known))
      if (signers.length === 0) this.problems.add(`the checkpoint of size ${size} is signed by no known key`)
      for (const key of signers) this.signedBy.add(`${key.name} ${kidOf(key.publicKey)}`)
      if (signers.some((key) => this.#trusted.some((trusted) => same(trusted, key)))) this.#promote(size)
    } catch (error) {
      this.problems.add(`checkpoint of size ${size}: ${(error as Error).message}`)
    }
  }

  #promote(size: number): void {
    this.trustedSize = size
    this.#trusted.push(...this.#named.filter(({ seq }) => seq < size).map(({ verifier }) => verifier))
    this.#named = this.#named.filter(({ seq }) => seq >= size)
  }

  #embeddedAs(kid: string): Verifier[] {
    if (!/^[\w-]{43}$/.test(kid)) throw notAKey(kid)
    return this.#embedded.filter((key) => kidOf(key.publicKey) === kid)
  }

  #readEmbedded(text: string): void {
    try {
      this.#embedded.push(parseVerifierKey(text))
    } catch (error) {
      this.problems.add(`a key in the header cannot be read: ${(error as Error).message}`)
    }
  }
}

const same = (a: Verifier, b: Verifier): boolean => a.name === b.name && a.publicKey.equals(b.publicKey)

const unique = (keys: readonly Verifier[]): Verifier[] => [
  ...new Map(keys.map((key) => [encodeVerifierKey(key.name, key.publicKey), key])).values(),
]

function readTrusted(text: string): Verifier {
  try {
    return parseVerifierKey(text)
  } catch (cause) {
    throw notAKey(text, cause)
  }
}

const notAKey = (text: string, cause?: unknown): Fault =>
  new Fault(
    'invalid_input',
    `"${text.slice(0, 80)}" is neither a verifier key (name+id+base64) nor a key fingerprint (43 characters).`,
    {
      cause,
    },
  )
