import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

export interface ProvenEntry {
  readonly entry: { readonly kind: string }
  readonly seq: number
  readonly proof: readonly string[]
}

/** RFC 9162, section 2.1.3.2, written from the document: what a stranger does with a proof they were handed. */
export function isIncluded({ entry, seq, proof }: ProvenEntry, size: number, root: string): boolean {
  if (seq >= size) return false
  let fn = seq
  let sn = size - 1
  let hash = sha256(0, Buffer.from(canonicalize(entry) ?? ''))
  for (const part of proof) {
    if (sn === 0) return false
    const sibling = Buffer.from(part, 'base64')
    if (fn % 2 === 1 || fn === sn) {
      hash = sha256(1, sibling, hash)
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2)
        sn = Math.floor(sn / 2)
      }
    } else {
      hash = sha256(1, hash, sibling)
    }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
  }
  return sn === 0 && hash.toString('base64') === root
}

function sha256(prefix: 0 | 1, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(Buffer.from([prefix]))
  for (const part of parts) hash.update(part)
  return hash.digest()
}
