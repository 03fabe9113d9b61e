import { hash } from 'node:crypto'

/** A tree is known by its size and the roots of its perfect subtrees, largest first: all that appending needs. */
export interface Head {
  readonly size: number
  readonly frontier: readonly Buffer[]
}

/** Root of a finished subtree of 256^level leaves, level >= 1; `index` counts such subtrees from the left. */
export interface Tile {
  readonly level: number
  readonly index: number
  readonly hash: Buffer
}

export const HASH_BYTES = 32
export const TILE_HEIGHT = 8
export const emptyHead: Head = { size: 0, frontier: [] }

const sha256 = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer')

/** RFC 6962 §2.1: SHA-256(0x00 || leaf). Text counts as its UTF-8 bytes. */
export function leafHash(leaf: string | Uint8Array): Buffer {
  const length = typeof leaf === 'string' ? Buffer.byteLength(leaf) : leaf.length
  const bytes = Buffer.allocUnsafe(length + 1)
  bytes[0] = 0x00
  if (typeof leaf === 'string') bytes.write(leaf, 1, 'utf8')
  else bytes.set(leaf, 1)
  return sha256(bytes)
}

/** RFC 6962 §2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * HASH_BYTES)
  bytes[0] = 0x01
  bytes.set(left, 1)
  bytes.set(right, 1 + HASH_BYTES)
  return sha256(bytes)
}

/** Appends leaf hashes; costs one or two hashes a leaf whatever the size of the tree. */
export function extend(head: Head, leafHashes: readonly Buffer[]): { head: Head; tiles: Tile[] } {
  const frontier = [...head.frontier]
  const tiles: Tile[] = []
  let size = head.size
  for (const leaf of leafHashes) {
    let node = leaf
    // Sizes may pass 2^32, so the binary carry is counted by division, not by bit operators.
    let carry = size
    for (let height = 1; carry % 2 === 1; height += 1) {
      const left = frontier.pop()
      if (left === undefined) throw new RangeError(`A head of size ${head.size} lacks frontier hashes.`)
      node = nodeHash(left, node)
      carry = (carry - 1) / 2
      if (height % TILE_HEIGHT === 0) tiles.push({ level: height / TILE_HEIGHT, index: carry, hash: node })
    }
    frontier.push(node)
    size += 1
  }
  return { head: { size, frontier }, tiles }
}

/** RFC 6962 Merkle tree hash; the empty tree's is SHA-256 of nothing. */
export function rootOf(head: Head): Buffer {
  if (head.frontier.length === 0) return sha256(Buffer.alloc(0))
  return head.frontier.reduceRight((right, left) => nodeHash(left, right))
}

export const encodeFrontier = (frontier: readonly Buffer[]): Buffer => Buffer.concat(frontier)

/** Reads a stored head; throws when the bytes cannot belong to a tree of this size. */
export function decodeHead(size: number, frontier: Uint8Array): Head {
  const expected = countOnes(size) * HASH_BYTES
  if (frontier.length !== expected) {
    throw new RangeError(`A tree of ${size} leaves has ${expected} bytes of frontier, not ${frontier.length}.`)
  }
  const hashes: Buffer[] = []
  for (let at = 0; at < frontier.length; at += HASH_BYTES)
    hashes.push(Buffer.from(frontier.subarray(at, at + HASH_BYTES)))
  return { size, frontier: hashes }
}

function countOnes(size: number): number {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
