import { afterAll, beforeAll, expect, test } from 'vitest'
import { listEntries } from './list-entries.op.ts'
import { TestLedger } from './test-ledger.ts'
import { leafHash } from './tree.rules.ts'
import { canonical } from './canonical.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  await ledger.append('org_a', 7)
  await ledger.append('org_a', 2, { kind: 'policy', ref: 'gp_1' })
  await ledger.append('org_b', 1)
})
afterAll(() => ledger.close())

test('200 lists newest first, page by page, each entry with the hash of its canonical form', async () => {
  const seqs: number[] = []
  let cursor: string | undefined
  do {
    const page: Awaited<ReturnType<typeof read>> = await read({ limit: 4, cursor })
    for (const { entry, leaf_hash } of page.entries) expect(leafHash(canonical(entry)).toString('hex')).toBe(leaf_hash)
    seqs.push(...page.entries.map(({ entry }) => entry.seq))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seqs).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0])
})

const read = (input: unknown) => ledger.call(listEntries, input)

test('200 by kind and by ref', async () => {
  expect((await read({ kind: 'policy' })).entries.map(({ entry }) => entry.ref)).toEqual(['gp_1', 'gp_1'])
  expect((await read({ kind: 'decision' })).entries).toHaveLength(7)
  expect((await read({ ref: 'act_3' })).entries.map(({ entry }) => entry.seq)).toEqual([3])
  expect((await read({ ref: 'act_3', kind: 'policy' })).entries).toEqual([])
})

test('400 for a kind that does not exist and for a foreign cursor', async () => {
  await expect(read({ kind: 'gossip' })).rejects.toMatchObject({ status: 400 })
  await expect(read({ cursor: Buffer.from('["a"]').toString('base64url') })).rejects.toMatchObject({ status: 400 })
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(listEntries, {}, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})

test('403 for a key bound to one agent: the ledger is that of the whole org', async () => {
  await expect(ledger.call(listEntries, {}, { agentId: 'a1' })).rejects.toMatchObject({ status: 403 })
})
