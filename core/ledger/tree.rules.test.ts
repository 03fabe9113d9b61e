import { createHash } from 'node:crypto'
import { array, assert, nat, property } from '#core/testing/property'
import { expect, test } from 'vitest'
import { decodeHead, emptyHead, encodeFrontier, extend, leafHash, rootOf } from './tree.rules.ts'

/** The leaves and roots of the certificate-transparency reference tests, which RFC 6962 implementations share. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const sha = (...parts: Uint8Array[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest()

/** RFC 6962 §2.1 word by word, as slow as it reads. */
function naiveRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return sha(Buffer.alloc(0))
  if (hashes.length === 1) return hashes[0] as Buffer
  const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1)
  return sha(Buffer.of(1), naiveRoot(hashes.slice(0, split)), naiveRoot(hashes.slice(split)))
}

const numbered = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`))

test('the empty tree has the SHA-256 of nothing as its root', () => {
  expect(rootOf(emptyHead).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test.each(roots.map((root, index) => [index + 1, root] as const))(
  'RFC 6962 root of the first %i reference leaves',
  (size, root) => {
    const hashes = leaves.slice(0, size).map((leaf) => leafHash(Buffer.from(leaf, 'hex')))
    expect(rootOf(extend(emptyHead, hashes).head).toString('hex')).toBe(root)
  },
)

test('appending in any portions gives the root of the naive tree', () => {
  assert(
    property(array(nat(40), { maxLength: 20 }), (portions) => {
      const total = portions.reduce((sum, portion) => sum + portion, 0)
      const hashes = numbered(total)
      let head = emptyHead
      for (const portion of portions) head = extend(head, hashes.slice(head.size, head.size + portion)).head
      expect(rootOf(head)).toEqual(naiveRoot(hashes))
      expect(decodeHead(head.size, encodeFrontier(head.frontier))).toEqual(head)
    }),
    { numRuns: 60 },
  )
})

test('every finished subtree of 256^n leaves is given out once, with its naive root', () => {
  const hashes = numbered(256 * 256 + 700)
  const first = extend(emptyHead, hashes.slice(0, 1000))
  const second = extend(first.head, hashes.slice(1000))
  const tiles = [...first.tiles, ...second.tiles]
  expect(tiles.filter(({ level }) => level === 1).map(({ index }) => index)).toEqual(
    Array.from({ length: 258 }, (_, at) => at),
  )
  expect(tiles.filter(({ level }) => level === 2)).toHaveLength(1)
  for (const { level, index, hash } of tiles.filter((tile) => tile.level === 2 || tile.index % 50 === 0)) {
    expect(hash).toEqual(naiveRoot(hashes.slice(index * 256 ** level, (index + 1) * 256 ** level)))
  }
})

test('a frontier of the wrong length is refused', () => {
  expect(() => decodeHead(3, Buffer.alloc(32))).toThrow('A tree of 3 leaves has 64 bytes of frontier, not 32.')
})
