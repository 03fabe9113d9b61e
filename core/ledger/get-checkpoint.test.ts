import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCheckpoint } from './checkpoint.rules.ts'
import { getCheckpoint } from './get-checkpoint.op.ts'
import { parseVerifierKey, signersOf } from './note.rules.ts'
import { TestLedger } from './test-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
})
afterAll(() => ledger.close())

test('200 gives a checkpoint of everything recorded, which its keys verify', async () => {
  await ledger.append('org_a', 5)
  const { checkpoint, verifier_keys } = await ledger.call(getCheckpoint)
  expect(checkpoint.size).toBe(6)
  const { size, root, note } = parseCheckpoint(checkpoint.note)
  expect({ size, root: root.toString('base64') }).toEqual({ size: checkpoint.size, root: checkpoint.root })
  expect(signersOf(note, verifier_keys.map(parseVerifierKey))).toHaveLength(1)
})

test('200 for an org without a record: its key is made and becomes the first entry', async () => {
  expect((await ledger.call(getCheckpoint, {}, { orgId: 'org_new' })).checkpoint.size).toBe(1)
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(getCheckpoint, {}, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})

test('503 where the instance has no secret key, and nothing is signed', async () => {
  const bare = await TestLedger.open({})
  try {
    await bare.append('org_a', 1)
    await expect(bare.call(getCheckpoint)).rejects.toMatchObject({ status: 503 })
    expect(await bare.db.selectFrom('ledger_checkpoint').selectAll().execute()).toEqual([])
  } finally {
    await bare.close()
  }
})
