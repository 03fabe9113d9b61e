import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCheckpoint } from './checkpoint.rules.ts'
import { latestCheckpoint, signCheckpoint } from './checkpoints.ts'
import { getConsistency } from './get-consistency.op.ts'
import { verifyConsistency } from './proof.rules.ts'
import { TestLedger } from './test-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
})
afterAll(() => ledger.close())

const bytes = (text: string): Buffer => Buffer.from(text, 'base64')

test('200 ties every kept checkpoint to the newest one', async () => {
  const kept = []
  for (const count of [3, 250, 10, 400]) {
    await ledger.append('org_a', count)
    ledger.pass(1000)
    kept.push(parseCheckpoint((await signCheckpoint(ledger.db, 'org_a', ledger.ports)).note))
  }
  const newest = kept.at(-1) as (typeof kept)[number]
  for (const older of kept) {
    const answer = await ledger.call(getConsistency, { from: older.size })
    expect(answer).toMatchObject({ to: newest.size, from_root: older.root.toString('base64') })
    expect(verifyConsistency(older, newest, answer.proof.map(bytes))).toBe(true)
    expect(verifyConsistency({ ...older, root: Buffer.alloc(32) }, newest, answer.proof.map(bytes))).toBe(false)
  }
})

test('200 between any two sizes', async () => {
  const { from_root, to_root, proof } = await ledger.call(getConsistency, { from: 100, to: 300 })
  expect(
    verifyConsistency({ size: 100, root: bytes(from_root) }, { size: 300, root: bytes(to_root) }, proof.map(bytes)),
  ).toBe(true)
})

test('400 for sizes that fall or do not exist yet', async () => {
  await expect(ledger.call(getConsistency, { from: 3, to: 2 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getConsistency, { from: 3, to: 100_000 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getConsistency, { from: 100_000 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(getConsistency, { from: 0 })).rejects.toMatchObject({ status: 400 })
})

test('400 signs nothing', async () => {
  await ledger.append('org_unsigned', 3)
  for (const input of [{ from: 9 }, { from: 1, to: 4 }, { from: 3, to: 2 }]) {
    await expect(ledger.call(getConsistency, input, { orgId: 'org_unsigned' })).rejects.toMatchObject({ status: 400 })
  }
  expect(await latestCheckpoint(ledger.db, 'org_unsigned')).toBeUndefined()
})

test('another org has another log', async () => {
  await expect(ledger.call(getConsistency, { from: 100 }, { orgId: 'org_b' })).rejects.toMatchObject({ status: 400 })
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(getConsistency, { from: 1 }, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})
