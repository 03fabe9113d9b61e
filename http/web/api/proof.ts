/** Checks of the ledger in the browser: what the server claims is computed again here (RFC 8785, RFC 6962, C2SP notes). */
import { isRecord } from './client.ts'

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all))
}

/** RFC 8785: names sorted by UTF-16 units, numbers and strings as JSON.stringify writes them. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`)
    .join(',')}}`
}

export interface Inclusion {
  readonly leaf: Uint8Array
  readonly seq: number
  readonly size: number
  readonly proof: readonly Uint8Array[]
}

/** The root that the path leads to (RFC 9162, 2.1.3.2); null when the path does not fit the place and size. */
export async function rootFrom({ leaf, seq, size, proof }: Inclusion): Promise<Uint8Array | null> {
  if (seq >= size) return null
  let [here, last] = [seq, size - 1]
  let hash = leaf
  // Places may pass 2^32, so they are halved, not shifted.
  const up = (): void => {
    here = Math.floor(here / 2)
    last = Math.floor(last / 2)
  }
  for (const step of proof) {
    if (last === 0) return null
    if (here % 2 === 1 || here === last) {
      hash = await sha256(Uint8Array.of(1), step, hash)
      while (here % 2 === 0 && here !== 0) up()
    } else hash = await sha256(Uint8Array.of(1), hash, step)
    up()
  }
  return last === 0 ? hash : null
}

export interface Step {
  readonly what: string
  /** Null: could not be checked in this browser. */
  readonly ok: boolean | null
  readonly detail: string
}

export interface ProvenEntry {
  readonly entry: unknown
  readonly leaf_hash: string
  readonly seq: number
  readonly proof: readonly string[]
}

export interface Claim {
  readonly size: number
  readonly root: string
  readonly checkpoint: { readonly note: string } | null
}

interface Key {
  readonly kid: string
  readonly x: string
}

export interface Checked {
  readonly canonical: string
  readonly steps: readonly Step[]
}

/** One entry: its text hashes to the leaf, the leaf leads to the root, and the root was signed. */
export async function checkEntry(one: ProvenEntry, claim: Claim, keys: readonly Key[]): Promise<Checked> {
  const canonical = canonicalText(one.entry)
  const leaf = await sha256(Uint8Array.of(0), new TextEncoder().encode(canonical))
  const place = isRecord(one.entry) ? one.entry['seq'] : undefined
  const root = await rootFrom({ leaf, seq: one.seq, size: claim.size, proof: one.proof.map(bytesOf) })
  const steps: Step[] = [
    {
      what: 'The text hashes to the leaf',
      ok: hexOf(leaf) === one.leaf_hash && place === one.seq,
      detail: `SHA-256 ${hexOf(leaf).slice(0, 16)}…`,
    },
    {
      what: 'The leaf is in the tree',
      ok: root !== null && isSame(root, bytesOf(claim.root)),
      detail: `${one.proof.length} hashes from place ${one.seq} to the root of ${claim.size.toLocaleString('en')} entries`,
    },
    await checkSignature(claim, keys),
  ]
  return { canonical, steps }
}

async function checkSignature(claim: Claim, keys: readonly Key[]): Promise<Step> {
  const what = 'The root was signed'
  if (claim.checkpoint === null) return { what, ok: null, detail: 'There is no checkpoint of this size.' }
  const note = parseNote(claim.checkpoint.note)
  if (note?.size !== claim.size || note.root !== claim.root)
    return { what, ok: false, detail: 'The checkpoint is about another tree.' }
  const text = new TextEncoder().encode(note.text)
  try {
    for (const { kid, x } of keys) {
      const key = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x }, { name: 'Ed25519' }, false, [
        'verify',
      ])
      for (const signature of note.signatures) {
        if (await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, text)) {
          return { what, ok: true, detail: `Ed25519, key ${kid.slice(0, 12)}…, as this server publishes it` }
        }
      }
    }
  } catch {
    return { what, ok: null, detail: 'This browser cannot check Ed25519 signatures.' }
  }
  return { what, ok: false, detail: 'No published key fits the signature.' }
}

interface Note {
  readonly text: string
  readonly size: number
  readonly root: string
  readonly signatures: readonly Uint8Array<ArrayBuffer>[]
}

function parseNote(note: string): Note | null {
  const split = note.lastIndexOf('\n\n')
  if (split < 0) return null
  const text = note.slice(0, split + 1)
  const [, size = '', root = ''] = text.split('\n')
  const signatures = note
    .slice(split + 2)
    .split('\n')
    .flatMap((line) => /^— \S+ (\S+)$/u.exec(line)?.[1] ?? [])
    // Four bytes name the key, the rest is its signature.
    .map((base64) => bytesOf(base64).slice(4))
  return { text, size: Number(size), root, signatures }
}
