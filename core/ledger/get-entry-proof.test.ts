import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { canonical } from './canonical.ts'
import { parseCheckpoint } from './checkpoint.rules.ts'
import { getEntryProof } from './get-entry-proof.op.ts'
import { verifyInclusion } from './proof.rules.ts'
import { TestLedger } from './test-ledger.ts'
import { leafHash } from './tree.rules.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  await ledger.append('org_a', 700)
})
afterAll(() => ledger.close())

type Answer = z.output<typeof getEntryProof.output>
const bytes = (text: string): Buffer => Buffer.from(text, 'base64')

/** As a stranger would: from the answer alone. */
function holds({ size, root, entries }: Answer): boolean {
  return entries.every(({ entry, seq, proof }) =>
    verifyInclusion({ index: seq, hash: leafHash(canonical(entry)) }, { size, root: bytes(root) }, proof.map(bytes)),
  )
}

test('200 proves all entries of an action against the newest checkpoint', async () => {
  await ledger.append('org_a', 1, { kind: 'outcome', ref: 'act_300' })
  const answer = await ledger.call(getEntryProof, { ref: 'act_300' })
  expect(answer.entries.map(({ entry }) => entry.kind)).toEqual(['decision', 'outcome'])
  expect(holds(answer)).toBe(true)
  const signed = parseCheckpoint(answer.checkpoint?.note ?? '')
  expect({ size: signed.size, root: signed.root.toString('base64') }).toEqual({ size: answer.size, root: answer.root })
})

test('200 covers an entry recorded this instant', async () => {
  const [row] = await ledger.append('org_a', 1, { ref: 'act_fresh' })
  const answer = await ledger.call(getEntryProof, { seq: row?.seq })
  expect(answer.size).toBeGreaterThan(row?.seq ?? Number.POSITIVE_INFINITY)
  expect(answer.checkpoint?.size).toBe(answer.size)
  expect(holds(answer)).toBe(true)
})

test('200 against an earlier tree, signed or not', async () => {
  const answer = await ledger.call(getEntryProof, { seq: 12, size: 257 })
  expect(answer).toMatchObject({ size: 257, checkpoint: null })
  expect(holds(answer)).toBe(true)
  expect(holds({ ...answer, root: answer.entries[0]?.proof[0] ?? '' })).toBe(false)
})

test('400 with both or neither of ref and seq, and for a tree without the entry', async () => {
  await expect(ledger.call(getEntryProof, {})).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getEntryProof, { ref: 'act_1', seq: 1 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getEntryProof, { seq: 12, size: 12 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getEntryProof, { seq: 12, size: 1_000_000 })).rejects.toMatchObject({
    details: [expect.stringContaining('size: must be from 13')],
  })
})

test('404 for what is not on the record, and across orgs', async () => {
  await expect(ledger.call(getEntryProof, { ref: 'act_nowhere' })).rejects.toMatchObject({ status: 404 })
  await expect(ledger.call(getEntryProof, { ref: 'act_1' }, { orgId: 'org_b' })).rejects.toMatchObject({ status: 404 })
  await expect(ledger.call(getEntryProof, { seq: 1 }, { orgId: 'org_b' })).rejects.toMatchObject({ status: 404 })
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(getEntryProof, { seq: 1 }, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})

test('a key bound to one agent is given no proof by place, nor of what is not its own', async () => {
  await expect(ledger.call(getEntryProof, { seq: 0 }, { agentId: 'a1' })).rejects.toMatchObject({ status: 403 })
  await expect(ledger.call(getEntryProof, { ref: 'act_3' }, { agentId: 'a1' })).rejects.toMatchObject({ status: 404 })
})
