import { assert, asyncProperty, integer, nat } from '#core/testing/property'
import { expect, test } from 'vitest'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion, type TreeReader } from './proof.rules.ts'
import { emptyHead, extend, leafHash, rootOf } from './tree.rules.ts'

interface StoredTree {
  readonly reader: TreeReader
  readonly leaves: readonly Buffer[]
  readonly reads: { count: number; hashes: number }
  rootAt(size: number): Buffer
}

function stored(leaves: readonly Buffer[]): StoredTree {
  const levels = new Map([[0, [...leaves]]])
  for (const { level, hash } of extend(emptyHead, leaves).tiles) levels.set(level, [...(levels.get(level) ?? []), hash])
  const reads = { count: 0, hashes: 0 }
  const reader: TreeReader = {
    async hashes(level, from, to) {
      expect(to - from).toBeLessThanOrEqual(256)
      const row = levels.get(level)?.slice(from, to) ?? []
      reads.count += 1
      reads.hashes += row.length
      return row
    },
  }
  return { reader, leaves, reads, rootAt: (size) => rootOf(extend(emptyHead, leaves.slice(0, size)).head) }
}

const numbered = (count: number): Buffer[] => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`))
const reference = stored(
  ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) =>
    leafHash(Buffer.from(hex, 'hex')),
  ),
)
const base64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'))

test('RFC 6962 inclusion proofs of the reference tree', async () => {
  expect(base64(await inclusionProof(reference.reader, 0, 8))).toEqual([
    'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
    'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
    'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
  ])
  expect(base64(await inclusionProof(reference.reader, 2, 3))).toEqual(['+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU='])
  expect(await inclusionProof(reference.reader, 0, 1)).toEqual([])
})

test('RFC 6962 consistency proofs of the reference tree', async () => {
  expect(base64(await consistencyProof(reference.reader, 1, 8))).toEqual([
    'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
    'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
    'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
  ])
  expect(base64(await consistencyProof(reference.reader, 6, 8))).toEqual([
    'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
    'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
    '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
  ])
  expect(base64(await consistencyProof(reference.reader, 2, 5))).toEqual([
    'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
    'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
  ])
})

test('every leaf of every tree up to 70 leaves is proved, and no changed proof passes', async () => {
  const tree = stored(numbered(70))
  for (let size = 1; size <= 70; size += 1) {
    const root = tree.rootAt(size)
    for (let index = 0; index < size; index += 1) {
      const leaf = { index, hash: tree.leaves[index] as Buffer }
      const proof = await inclusionProof(tree.reader, index, size)
      expect(verifyInclusion(leaf, { size, root }, proof)).toBe(true)
      expect(verifyInclusion({ ...leaf, index: index + 1 }, { size, root }, proof)).toBe(false)
      expect(verifyInclusion(leaf, { size, root }, [...proof, root])).toBe(false)
      expect(verifyInclusion(leaf, { size, root }, proof.slice(1))).toBe(size === 1)
    }
  }
})

test('every past of every tree up to 40 leaves is proved, and no changed proof passes', async () => {
  const tree = stored(numbered(40))
  for (let size = 1; size <= 40; size += 1) {
    const newer = { size, root: tree.rootAt(size) }
    for (let past = 0; past <= size; past += 1) {
      const older = { size: past, root: tree.rootAt(past) }
      const proof = await consistencyProof(tree.reader, past, size)
      expect(verifyConsistency(older, newer, proof)).toBe(true)
      expect(verifyConsistency(older, newer, [...proof, newer.root])).toBe(false)
      if (past === 0) continue
      expect(verifyConsistency({ ...older, root: leafHash('another past') }, newer, proof)).toBe(false)
      expect(verifyConsistency(older, { ...newer, root: leafHash('another present') }, proof)).toBe(false)
    }
  }
})

test('proofs over several levels of stored hashes verify and read two rows a level at most', async () => {
  const tree = stored(numbered(256 * 256 + 3 * 256 + 17))
  const size = tree.leaves.length
  const root = tree.rootAt(size)
  await assert(
    asyncProperty(nat(size - 1), integer({ min: 1, max: size }), async (index, past) => {
      tree.reads.count = 0
      tree.reads.hashes = 0
      const proof = await inclusionProof(tree.reader, index, size)
      expect(verifyInclusion({ index, hash: tree.leaves[index] as Buffer }, { size, root }, proof)).toBe(true)
      expect(tree.reads.count).toBeLessThanOrEqual(6)
      expect(tree.reads.hashes).toBeLessThanOrEqual(6 * 256)
      const consistency = await consistencyProof(tree.reader, past, size)
      expect(verifyConsistency({ size: past, root: tree.rootAt(past) }, { size, root }, consistency)).toBe(true)
    }),
    { numRuns: 15 },
  )
})

test('a tree that lost stored hashes is reported, not proved', async () => {
  const tree = stored(numbered(600))
  const broken: TreeReader = { hashes: async (level, from, to) => (await tree.reader.hashes(level, from, to)).slice(1) }
  await expect(inclusionProof(broken, 3, 600)).rejects.toThrow('The stored tree lacks hashes')
})

test('leaves and pasts outside the tree are refused', async () => {
  await expect(inclusionProof(reference.reader, 8, 8)).rejects.toThrow('Leaf 8 is not in a tree of 8 leaves.')
  await expect(consistencyProof(reference.reader, 9, 8)).rejects.toThrow('cannot be the past')
})
