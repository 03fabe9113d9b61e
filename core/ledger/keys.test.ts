import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeKey, ensureKey, listKeys, replaceKey, signerOf, verifierKeyOf, type KeyRow } from './keys.ts'
import { latestCheckpoint } from './checkpoints.ts'
import { parseNote, parseVerifierKey, signersOf } from './note.rules.ts'
import { entriesBetween } from './store.ts'
import { TestLedger } from './test-ledger.ts'
import { kidOf } from './trust.rules.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
})
afterAll(() => ledger.close())

test('the first key of an org is made once, however many ask at once, and is on the record', async () => {
  await Promise.all(Array.from({ length: 8 }, () => ensureKey(ledger.db, 'org_first', ledger.ports)))
  const [key, ...more] = await listKeys(ledger.db, 'org_first')
  expect(more).toEqual([])
  expect(key?.kid).toBe(kidOf((key as KeyRow).public_key))
  const [entry, ...others] = await entriesBetween(ledger.db, 'org_first', 0, 10)
  expect(others).toEqual([])
  expect(entry).toMatchObject({ kind: 'key', ref: key?.kid })
  expect(JSON.parse(entry?.body ?? '')).toMatchObject({
    data: { event: 'ledger.key_created', verifier_key: verifierKeyOf(key as KeyRow) },
  })
})

test('two orgs have two keys and two origins', async () => {
  await ensureKey(ledger.db, 'org_left', ledger.ports)
  await ensureKey(ledger.db, 'org_right', ledger.ports)
  const [left] = await listKeys(ledger.db, 'org_left')
  const [right] = await listKeys(ledger.db, 'org_right')
  expect(left?.kid).not.toBe(right?.kid)
  expect(left?.origin).not.toBe(right?.origin)
})

test('the private key is stored encrypted, and opens with the right secret key for its own org only', async () => {
  await ensureKey(ledger.db, 'org_sealed', ledger.ports)
  const key = (await activeKey(ledger.db, 'org_sealed')) as KeyRow
  const { masterKey } = ledger.ports
  expect(signerOf(key, masterKey).publicKey).toEqual(Buffer.from(key.public_key))
  expect(() => signerOf(key, Buffer.alloc(32, 9))).toThrow('is not the one it was stored with')
  expect(() => signerOf({ ...key, org_id: 'org_thief' }, masterKey)).toThrow('cannot be opened')
})

test('a rotation keeps the old key, the origin and the trust: one checkpoint signed by both covers it', async () => {
  await ledger.append('org_rotating', 4)
  const fresh = await replaceKey(ledger.db, 'org_rotating', { ...ledger.ports, by: 'key_admin' })
  const keys = await listKeys(ledger.db, 'org_rotating')
  expect(keys).toHaveLength(2)
  expect(new Set(keys.map(({ origin }) => origin)).size).toBe(1)
  expect((await activeKey(ledger.db, 'org_rotating'))?.kid).toBe(fresh.kid)
  const checkpoint = await latestCheckpoint(ledger.db, 'org_rotating')
  expect(checkpoint?.size).toBe(6)
  const verifiers = keys.map((key) => parseVerifierKey(verifierKeyOf(key)))
  expect(signersOf(parseNote(checkpoint?.note ?? ''), verifiers)).toHaveLength(2)
  const entries = await entriesBetween(ledger.db, 'org_rotating', 5, 6)
  expect(JSON.parse(entries[0]?.body ?? '')).toMatchObject({
    kind: 'key',
    ref: fresh.kid,
    data: { event: 'ledger.key_rotated', by: 'key_admin' },
  })
})

test('parallel rotations queue: each replaces the one before', async () => {
  await Promise.all(
    Array.from({ length: 3 }, () => replaceKey(ledger.db, 'org_busy', { ...ledger.ports, by: 'key_admin' })),
  )
  const keys = await listKeys(ledger.db, 'org_busy')
  expect(keys).toHaveLength(4)
  expect(keys.filter(({ retired_at }) => retired_at === null)).toHaveLength(1)
})
