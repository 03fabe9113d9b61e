import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHead } from './append.ts'
import { latestCheckpoint, signCheckpoint } from './checkpoints.ts'
import { signDueCheckpoints } from './jobs.ts'
import { listKeys, replaceKey, verifierKeyOf } from './keys.ts'
import { parseNote, parseVerifierKey, signersOf } from './note.rules.ts'
import { TestLedger } from './test-ledger.ts'
import { rootOf } from './tree.rules.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
})
afterAll(() => ledger.close())

const sign = (org: string, covering?: number) => signCheckpoint(ledger.db, org, ledger.ports, covering)

test('a checkpoint commits to the head and is signed by the key of its org', async () => {
  await ledger.append('org_signed', 10)
  const checkpoint = await sign('org_signed')
  const head = await readHead(ledger.db, 'org_signed')
  expect(checkpoint.size).toBe(head.size)
  expect(Buffer.from(checkpoint.root)).toEqual(rootOf(head))
  const [key] = await listKeys(ledger.db, 'org_signed')
  const verifier = parseVerifierKey(verifierKeyOf(key as NonNullable<typeof key>))
  expect(signersOf(parseNote(checkpoint.note), [verifier])).toEqual([verifier])
})

test('at most one checkpoint a second is signed, and none while nothing was recorded', async () => {
  await ledger.append('org_paced', 1)
  const first = await sign('org_paced')
  await ledger.append('org_paced', 1)
  ledger.pass(999)
  expect((await sign('org_paced')).size).toBe(first.size)
  ledger.pass(1)
  const second = await sign('org_paced')
  expect(second.size).toBe(first.size + 1)
  ledger.pass(60_000)
  expect(await sign('org_paced')).toEqual(second)
})

test('a clock that was set back does not stop the signing', async () => {
  await ledger.append('org_clock', 1)
  const first = await sign('org_clock')
  await ledger.append('org_clock', 1)
  ledger.pass(-86_400_000)
  expect((await sign('org_clock')).size).toBe(first.size + 1)
  ledger.pass(86_400_000)
})

test('1,000 entries are covered without waiting for the second', async () => {
  await ledger.append('org_rushed', 1)
  const first = await sign('org_rushed')
  await ledger.append('org_rushed', 999)
  expect((await sign('org_rushed')).size).toBe(first.size)
  await ledger.append('org_rushed', 1)
  expect((await sign('org_rushed')).size).toBe(first.size + 1000)
})

test('an entry that must be covered is covered at once', async () => {
  await ledger.append('org_urgent', 1)
  const first = await sign('org_urgent')
  const [entry] = await ledger.append('org_urgent', 1)
  expect((await sign('org_urgent', entry?.seq)).size).toBe(first.size + 1)
})

test('parallel signers agree on one checkpoint', async () => {
  await ledger.append('org_together', 7)
  const signed = await Promise.all(Array.from({ length: 6 }, () => sign('org_together')))
  expect(new Set(signed.map(({ note }) => note)).size).toBe(1)
})

test('after a rotation the new key signs', async () => {
  const fresh = await replaceKey(ledger.db, 'org_rotated', { ...ledger.ports, by: 'key_admin' })
  await ledger.append('org_rotated', 1)
  ledger.pass(1000)
  const checkpoint = await sign('org_rotated')
  expect(signersOf(parseNote(checkpoint.note), [parseVerifierKey(verifierKeyOf(fresh))])).toHaveLength(1)
})

test('the job signs every log that moved, and only those', async () => {
  const errors: string[] = []
  const run = (since?: Date) =>
    signDueCheckpoints(ledger.db, { ...ledger.ports, onError: (org) => errors.push(org) }, since)
  ledger.pass(1000)
  await run()
  await ledger.append('org_job_one', 2)
  await ledger.append('org_job_two', 2)
  ledger.pass(1000)
  expect(await run(ledger.now())).toBe(0)
  expect(await run()).toBe(2)
  expect(await run()).toBe(0)
  expect((await latestCheckpoint(ledger.db, 'org_job_one'))?.size).toBe(3)
  expect(errors).toEqual([])
})

test('a log that cannot be signed does not keep the others waiting', async () => {
  const errors: string[] = []
  await ledger.append('org_sick', 3)
  await ledger.append('org_well', 3)
  await ledger.db.updateTable('ledger_head').set({ size: 99 }).where('org_id', '=', 'org_sick').execute()
  ledger.pass(1000)
  expect(await signDueCheckpoints(ledger.db, { ...ledger.ports, onError: (org) => errors.push(org) })).toBe(1)
  expect(errors).toEqual(['org_sick'])
})
