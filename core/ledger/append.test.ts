import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendEntries, lockHead, readHead } from './append.ts'
import { entriesBetween } from './store.ts'
import { TestLedger } from './test-ledger.ts'
import { emptyHead, extend, leafHash } from './tree.rules.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
})
afterAll(() => ledger.close())

test('what is stored is the canonical text that was hashed, under the head that follows from it', async () => {
  await ledger.append('org_stored', 300)
  const rows = await ledger.append('org_stored', 5, { kind: 'admin', ref: 'quote \' and \\ and {} and "' })
  expect(rows.map(({ seq }) => seq)).toEqual([300, 301, 302, 303, 304])
  const stored = await entriesBetween(ledger.db, 'org_stored', 0, 1000)
  expect(stored).toHaveLength(305)
  for (const [seq, row] of stored.entries()) {
    expect(row.seq).toBe(seq)
    expect(leafHash(row.body)).toEqual(Buffer.from(row.leaf_hash))
    expect(row.at).toEqual(ledger.now())
    expect(JSON.parse(row.body)).toMatchObject({ v: 1, org: 'org_stored', seq, kind: row.kind, ref: row.ref })
  }
  const expected = extend(
    emptyHead,
    stored.map(({ body }) => leafHash(body)),
  )
  expect(await readHead(ledger.db, 'org_stored')).toEqual(expected.head)
  const tiles = await ledger.db.selectFrom('ledger_tile').selectAll().where('org_id', '=', 'org_stored').execute()
  expect(tiles.map(({ level, idx, hash }) => ({ level, index: idx, hash: Buffer.from(hash) }))).toEqual(expected.tiles)
})

test('parallel transactions number their entries without gap or double', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => ledger.append('org_parallel', 1 + (index % 4))))
  const stored = await entriesBetween(ledger.db, 'org_parallel', 0, 1000)
  expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, seq) => seq))
  const rebuilt = extend(
    emptyHead,
    stored.map(({ body }) => leafHash(body)),
  )
  expect(await readHead(ledger.db, 'org_parallel')).toEqual(rebuilt.head)
})

test('a transaction that fails leaves nothing on the record', async () => {
  await ledger.append('org_failing', 2)
  const before = await readHead(ledger.db, 'org_failing')
  const failing = ledger.db.transaction().execute(async (trx) => {
    await appendEntries(trx, 'org_failing', [{ kind: 'outcome', ref: 'act_x', at: ledger.now(), data: {} }])
    throw new Error('the act behind it failed')
  })
  await expect(failing).rejects.toThrow('the act behind it failed')
  expect(await readHead(ledger.db, 'org_failing')).toEqual(before)
  expect(await entriesBetween(ledger.db, 'org_failing', 0, 10)).toHaveLength(2)
})

test('orgs have logs of their own', async () => {
  await ledger.append('org_one', 3)
  await ledger.append('org_two', 1)
  expect((await readHead(ledger.db, 'org_one')).size).toBe(3)
  expect((await readHead(ledger.db, 'org_two')).size).toBe(1)
  expect(await readHead(ledger.db, 'org_none')).toEqual(emptyHead)
})

test('nothing to append changes nothing, not even a head appears', async () => {
  expect(await ledger.append('org_nothing', 0)).toEqual([])
  expect(await ledger.db.selectFrom('ledger_head').selectAll().where('org_id', '=', 'org_nothing').execute()).toEqual(
    [],
  )
})

test.each([
  ['a lone surrogate', { data: { text: '\ud800' } }, 'Lone surrogate'],
  ['not a number', { data: { risk: Number.NaN } }, 'NaN'],
  ['a NUL in its ref', { ref: 'act\0' }, 'holds a NUL'],
  ['no date', { at: new Date('nonsense') }, 'is not a date'],
])('data with %s is refused and nothing stored', async (_, draft, sentence) => {
  await expect(ledger.append('org_refused', 1, draft)).rejects.toThrow(sentence)
  expect((await readHead(ledger.db, 'org_refused')).size).toBe(0)
})

test('the database refuses to change or delete entries and checkpoints', async () => {
  await ledger.append('org_fixed', 1)
  const entries = ledger.db.updateTable('ledger_entry').where('org_id', '=', 'org_fixed')
  await expect(entries.set({ body: '{}' } as never).execute()).rejects.toThrow('append-only')
  await expect(ledger.db.deleteFrom('ledger_entry').where('org_id', '=', 'org_fixed').execute()).rejects.toThrow(
    'append-only',
  )
})

test('a head that does not fit its size is reported, not extended', async () => {
  await ledger.append('org_broken', 3)
  await ledger.db.updateTable('ledger_head').set({ size: 4 }).where('org_id', '=', 'org_broken').execute()
  const locked = ledger.db.transaction().execute((trx) => lockHead(trx, 'org_broken'))
  await expect(locked).rejects.toThrow('A tree of 4 leaves has 32 bytes of frontier, not 64.')
})
