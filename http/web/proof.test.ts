import canonicalize from 'canonicalize'
import { assert, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { sealEntries, type Draft } from '../../core/ledger/seal.rules.ts'
import { emptyHead, nodeHash, rootOf } from '../../core/ledger/tree.rules.ts'
import { canonicalText, checkEntry, rootFrom } from './api/proof.ts'

test('the text of a value is what the ledger hashes, for every JSON value', () => {
  assert(
    property(jsonValue({ noUnicodeString: false }), (value) => {
      expect(canonicalText(value)).toBe(canonicalize(value))
    }),
    { seed: 7, numRuns: 300 },
  )
})

/** RFC 6962 §2.1.1, by its recursive definition: another way to the same path. */
function pathOf(place: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return []
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return place < split ? [...pathOf(place, left), hashOf(right)] : [...pathOf(place - split, right), hashOf(left)]
}

function hashOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (leaves.length === 1 && only) return only
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return nodeHash(hashOf(leaves.slice(0, split)), hashOf(leaves.slice(split)))
}

const drafts: readonly Draft[] = Array.from({ length: 37 }, (_, place) => {
  return { kind: 'decision', ref: `act_gd_${place}`, at: new Date(1e12 + place), data: { place, ключ: 'é' } }
})
const sealed = sealEntries(emptyHead, 'org_test', drafts)
const leaves = sealed.rows.map((row) => row.leaf_hash)

test('every place in trees of every size up to 37 is led to the root, and nothing else is', async () => {
  for (let size = 1; size <= leaves.length; size += 1) {
    const root = hashOf(leaves.slice(0, size))
    for (let seq = 0; seq < size; seq += 1) {
      const proof = pathOf(seq, leaves.slice(0, size))
      const leaf = leaves[seq] ?? Buffer.alloc(32)
      const found = await rootFrom({ leaf, seq, size, proof })
      expect(found && Buffer.from(found).equals(root)).toBe(true)
      const elsewhere = await rootFrom({ leaf, seq: seq + 1, size, proof })
      expect(elsewhere && Buffer.from(elsewhere).equals(root)).not.toBe(true)
    }
  }
})

test('an entry is proven; with one letter changed it is not, and nor is it elsewhere', async () => {
  const size = leaves.length
  const claim = { size, root: rootOf(sealed.head).toString('base64'), checkpoint: null }
  const body = sealed.rows[20]?.body ?? ''
  const proof = pathOf(20, leaves).map((hash) => hash.toString('base64'))
  const one = { entry: JSON.parse(body) as unknown, leaf_hash: leaves[20]?.toString('hex') ?? '', seq: 20, proof }
  const right = await checkEntry(one, claim, [])
  expect(right.canonical).toBe(body)
  expect(right.steps.map(({ ok }) => ok)).toEqual([true, true, null])
  const changed = await checkEntry({ ...one, entry: JSON.parse(body.replace('act_gd_20', 'act_gd_21')) }, claim, [])
  expect(changed.steps.map(({ ok }) => ok)).toEqual([false, false, null])
  const moved = await checkEntry({ ...one, seq: 21 }, claim, [])
  expect(moved.steps.map(({ ok }) => ok)).toEqual([false, false, null])
})
