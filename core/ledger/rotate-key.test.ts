import { afterAll, beforeAll, expect, test } from 'vitest'
import { scopesOf } from '#core/kernel/scope'
import { getCheckpoint } from './get-checkpoint.op.ts'
import { listEntries } from './list-entries.op.ts'
import { rotateKey } from './rotate-key.op.ts'
import { TestLedger } from './test-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  await ledger.addOrg('org_a')
})
afterAll(() => ledger.close())

test('201 replaces the key and puts the change on the record, with who did it', async () => {
  const before = await ledger.call(getCheckpoint)
  const fresh = await ledger.call(rotateKey)
  const after = await ledger.call(getCheckpoint)
  expect(after.verifier_keys).toHaveLength(2)
  expect(after.verifier_keys).toContain(fresh.verifier_key)
  expect(before.verifier_keys).not.toContain(fresh.verifier_key)
  const { entries } = await ledger.call(listEntries, { kind: 'key' })
  expect(entries[0]?.entry).toMatchObject({ ref: fresh.kid, data: { event: 'ledger.key_rotated', by: 'key_test' } })
  const acts = await ledger.db.selectFrom('activity').select(['event', 'ref', 'actor_id']).execute()
  expect(acts).toEqual([{ event: 'ledger.key_rotated', ref: fresh.kid, actor_id: 'key_test' }])
})

test('403 for every role but admin', async () => {
  for (const role of ['approver', 'member', 'readonly'] as const) {
    await expect(ledger.call(rotateKey, {}, { scopes: scopesOf(role) })).rejects.toMatchObject({ status: 403 })
  }
})
