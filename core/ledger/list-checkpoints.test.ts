import { afterAll, beforeAll, expect, test } from 'vitest'
import { signCheckpoint } from './checkpoints.ts'
import { listCheckpoints } from './list-checkpoints.op.ts'
import { TestLedger } from './test-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  for (let round = 0; round < 5; round += 1) {
    await ledger.append('org_a', 2)
    ledger.pass(1000)
    await signCheckpoint(ledger.db, 'org_a', ledger.ports)
  }
})
afterAll(() => ledger.close())

test('200 lists newest first, page by page, without double or gap', async () => {
  const sizes: number[] = []
  let cursor: string | undefined
  do {
    const page: { checkpoints: { size: number }[]; next_cursor: string | null } = await ledger.call(listCheckpoints, {
      limit: 2,
      cursor,
    })
    sizes.push(...page.checkpoints.map(({ size }) => size))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(sizes).toEqual([11, 9, 7, 5, 3])
})

test('another org sees none of them', async () => {
  expect(await ledger.call(listCheckpoints, {}, { orgId: 'org_b' })).toEqual({ checkpoints: [], next_cursor: null })
})

test('400 for a cursor that this list did not give', async () => {
  await expect(ledger.call(listCheckpoints, { cursor: 'x' })).rejects.toMatchObject({ status: 400 })
  const words = Buffer.from('["word"]').toString('base64url')
  await expect(ledger.call(listCheckpoints, { cursor: words })).rejects.toMatchObject({ status: 400 })
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(listCheckpoints, {}, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})
