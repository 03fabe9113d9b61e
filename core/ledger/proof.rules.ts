import { emptyHead, nodeHash, rootOf, TILE_HEIGHT } from './tree.rules.ts'

/**
 * Where the hashes of a stored tree come from. Level 0 are leaf hashes, level n the roots of finished subtrees of
 * 256^n leaves; `from` and `to` (exclusive) count hashes of that level and never span more than 256.
 */
export interface TreeReader {
  hashes(level: number, from: number, to: number): Promise<readonly Buffer[]>
}

const TILE_WIDTH = 2 ** TILE_HEIGHT

/** RFC 6962 §2.1.1: the sibling hashes from leaf `index` up to the root of the first `size` leaves. */
export async function inclusionProof(reader: TreeReader, index: number, size: number): Promise<Buffer[]> {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new RangeError(`Leaf ${index} is not in a tree of ${size} leaves.`)
  }
  const tree = blockReader(reader, size)
  const siblings: Promise<Buffer>[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const split = from + splitOf(to - from)
    if (index < split) siblings.push(rangeHash(tree, split, to))
    else siblings.push(rangeHash(tree, from, split))
    ;[from, to] = index < split ? [from, split] : [split, to]
  }
  return Promise.all(siblings.toReversed())
}

/** RFC 6962 §2.1.2: shows that the first `oldSize` leaves are a prefix of the first `newSize`. Empty for equal sizes and for size 0. */
export async function consistencyProof(reader: TreeReader, oldSize: number, newSize: number): Promise<Buffer[]> {
  if (!(Number.isSafeInteger(oldSize) && Number.isSafeInteger(newSize) && oldSize >= 0 && oldSize <= newSize)) {
    throw new RangeError(`A tree of ${oldSize} leaves cannot be the past of one of ${newSize}.`)
  }
  if (oldSize === 0 || oldSize === newSize) return []
  const tree = blockReader(reader, newSize)
  const nodes: Promise<Buffer>[] = []
  let [from, to] = [0, newSize]
  while (to !== oldSize) {
    const split = from + splitOf(to - from)
    if (oldSize <= split) nodes.push(rangeHash(tree, split, to))
    else nodes.push(rangeHash(tree, from, split))
    ;[from, to] = oldSize <= split ? [from, split] : [split, to]
  }
  // A past that is a perfect left subtree is known to the verifier already.
  if (from > 0) nodes.push(rangeHash(tree, from, to))
  return Promise.all(nodes.toReversed())
}

/** Root of the first `size` leaves. */
export async function treeRoot(reader: TreeReader, size: number): Promise<Buffer> {
  return size === 0 ? rootOf(emptyHead) : rangeHash(blockReader(reader, size), 0, size)
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leaf: { readonly index: number; readonly hash: Uint8Array },
  tree: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(leaf.index) || leaf.index < 0 || leaf.index >= tree.size) return false
  let [node, last] = [leaf.index, tree.size - 1]
  let computed: Uint8Array = leaf.hash
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== 32) return false
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(sibling, computed)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else computed = nodeHash(computed, sibling)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && Buffer.compare(computed, tree.root) === 0
}

/** RFC 9162 §2.1.4.2. Nothing can be proved about an empty past, so size 0 holds with an empty proof only. */
export function verifyConsistency(
  older: { readonly size: number; readonly root: Uint8Array },
  newer: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (older.size > newer.size || proof.some((hash) => hash.length !== 32)) return false
  if (older.size === newer.size) return proof.length === 0 && Buffer.compare(older.root, newer.root) === 0
  if (older.size === 0) return proof.length === 0
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof]
  const first = path.shift()
  if (first === undefined) return false
  let [node, last] = [older.size - 1, newer.size - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  let [oldRoot, newRoot] = [first, first]
  for (const hash of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(hash, oldRoot)
      newRoot = nodeHash(hash, newRoot)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else newRoot = nodeHash(newRoot, hash)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && Buffer.compare(oldRoot, older.root) === 0 && Buffer.compare(newRoot, newer.root) === 0
}

const half = (value: number): number => Math.floor(value / 2)
const isPowerOfTwo = (value: number): boolean => value === 1 || splitOf(value) * 2 === value

/** Largest power of two strictly below `length`. */
function splitOf(length: number): number {
  let power = 1
  while (power * 2 < length) power *= 2
  return power
}

/** Hash of the leaves [from, to), where `from` is a multiple of the smallest power of two that covers the range. */
async function rangeHash(tree: TreeReader, from: number, to: number): Promise<Buffer> {
  const parts: Promise<Buffer>[] = []
  let at = from
  while (at < to) {
    let [height, width] = [0, 1]
    while (width * 2 <= to - at) [height, width] = [height + 1, width * 2]
    parts.push(perfectHash(tree, height, at / width))
    at += width
  }
  const hashes = await Promise.all(parts)
  return hashes.reduceRight((right, left) => nodeHash(left, right))
}

async function perfectHash(tree: TreeReader, height: number, index: number): Promise<Buffer> {
  const level = Math.floor(height / TILE_HEIGHT)
  const width = 2 ** (height % TILE_HEIGHT)
  let row = await tree.hashes(level, index * width, (index + 1) * width)
  while (row.length > 1) row = pairUp(row)
  const [root] = row
  if (root === undefined) throw new RangeError(`No hashes at level ${level} from ${index * width}.`)
  return root
}

function pairUp(row: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = []
  for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHash(row[at] as Buffer, row[at + 1] as Buffer))
  return above
}

/** Reads whole aligned rows of at most 256 hashes, each once, so that one proof costs two reads a level at most. */
function blockReader(reader: TreeReader, size: number): TreeReader {
  const blocks = new Map<string, Promise<readonly Buffer[]>>()
  return {
    async hashes(level, from, to) {
      const start = Math.floor(from / TILE_WIDTH) * TILE_WIDTH
      const end = Math.min(start + TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level))
      const key = `${level}/${start}`
      const block = blocks.get(key) ?? reader.hashes(level, start, end)
      blocks.set(key, block)
      const row = await block
      if (row.length !== end - start)
        throw new RangeError(`The stored tree lacks hashes at level ${level} from ${start}.`)
      return row.slice(from - start, to - start)
    },
  }
}
