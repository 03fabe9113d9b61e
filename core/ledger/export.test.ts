import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { signCheckpoint } from './checkpoints.ts'
import { export as exportPage } from './export.op.ts'
import { getJwks } from './get-jwks.op.ts'
import { rotateKey } from './rotate-key.op.ts'
import { TestLedger } from './test-ledger.ts'
import { parseTrustedKeys } from './trust.rules.ts'
import { verifyExport } from './verify.rules.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  for (const count of [3, 700, 12]) {
    await ledger.append('org_a', count)
    ledger.pass(1000)
    await signCheckpoint(ledger.db, 'org_a', ledger.ports)
  }
})
afterAll(() => ledger.close())

/** As the CLI does: page after page, with the size of the first. */
async function exported(limit: number, orgId = 'org_a'): Promise<{ file: Buffer; pages: number }> {
  const lines: string[] = []
  let pages = 0
  let next: { from_seq: number; size?: number } | null = { from_seq: 0 }
  while (next) {
    const page: z.output<typeof exportPage.output> = await ledger.call(exportPage, { ...next, limit }, { orgId })
    lines.push(...page.lines)
    pages += 1
    next = page.next_seq === null ? null : { from_seq: page.next_seq, size: page.size }
  }
  return { file: Buffer.from(lines.map((line) => `${line}\n`).join('')), pages }
}

test('200: the pages make a file that passes all three verdicts, whatever their size', async () => {
  const jwks = await ledger.call(getJwks, { org: 'org_a' }, { scopes: [] })
  const trustedKeys = parseTrustedKeys(JSON.stringify(jwks))
  const { file, pages } = await exported(5000)
  expect(pages).toBe(1)
  expect(await verifyExport([file], { trustedKeys })).toMatchObject({
    ok: true,
    size: 716,
    checkpoints: 3,
    org: 'org_a',
  })
  const small = await exported(100)
  expect(small.pages).toBe(8)
  expect(small.file.equals(file)).toBe(true)
})

test('200: a log that grows meanwhile does not disturb an export, and rotation does not break trust', async () => {
  const trustedKeys = parseTrustedKeys(JSON.stringify(await ledger.call(getJwks, { org: 'org_c' }, { scopes: [] })))
  expect(trustedKeys).toEqual([])
  await ledger.addOrg('org_c')
  await ledger.append('org_c', 20)
  const first = await ledger.call(exportPage, { limit: 5 }, { orgId: 'org_c' })
  const pinned = parseTrustedKeys(JSON.stringify(await ledger.call(getJwks, { org: 'org_c' }, { scopes: [] })))
  await ledger.call(rotateKey, {}, { orgId: 'org_c' })
  await ledger.append('org_c', 20)
  ledger.pass(1000)
  const rest = await ledger.call(exportPage, { from_seq: 5, size: first.size }, { orgId: 'org_c' })
  const file = [...first.lines, ...rest.lines].map((line) => Buffer.from(`${line}\n`))
  expect(await verifyExport(file, { trustedKeys: pinned })).toMatchObject({ ok: true, size: 21 })
  expect(await verifyExport([(await exported(7, 'org_c')).file], { trustedKeys: pinned })).toMatchObject({
    ok: true,
    size: 42,
  })
})

test('an entry changed in the database, behind the trigger, shows in the export', async () => {
  const { file } = await exported(5000)
  const trustedKeys = parseTrustedKeys(JSON.stringify(await ledger.call(getJwks, { org: 'org_a' }, { scopes: [] })))
  const text = file.toString()
  expect(text).toContain('"index":500')
  const report = await verifyExport([Buffer.from(text.replace('"index":500', '"index":501'))], { trustedKeys })
  expect(report.integrity.problems[0]).toContain('does not have the hash it is recorded under')
})

test('large entries end a page early instead of filling memory', async () => {
  await ledger.append('org_large', 600, { data: { text: 'x'.repeat(10_000) } })
  const page = await ledger.call(exportPage, { limit: 5000 }, { orgId: 'org_large' })
  expect(page.next_seq).toBe(500)
  expect((await verifyExport([(await exported(5000, 'org_large')).file])).completeness.ok).toBe(true)
})

test('200: an export holds what was recorded the moment before, though a checkpoint was just signed', async () => {
  await ledger.append('org_fresh', 2)
  await signCheckpoint(ledger.db, 'org_fresh', ledger.ports)
  await ledger.append('org_fresh', 1)
  const { file } = await exported(5000, 'org_fresh')
  expect(await verifyExport([file])).toMatchObject({ size: 4, completeness: { ok: true } })
})

test('400 for a start behind the end, 404 for a size without checkpoint', async () => {
  await expect(ledger.call(exportPage, { from_seq: 10_000 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(exportPage, { limit: 5001 })).rejects.toMatchObject({ status: 400 })
  await expect(ledger.call(exportPage, { size: 5 })).rejects.toMatchObject({ status: 404 })
})

test('another org exports its own log only', async () => {
  const { file } = await exported(5000, 'org_other')
  expect(await verifyExport([file])).toMatchObject({ org: 'org_other', size: 1, integrity: { ok: true } })
})

test('403 without the scope ledger:read', async () => {
  await expect(ledger.call(exportPage, {}, { scopes: [] })).rejects.toMatchObject({ status: 403 })
})

test('403 for a key bound to one agent: the file holds what all agents did', async () => {
  await expect(ledger.call(exportPage, {}, { agentId: 'a1' })).rejects.toMatchObject({ status: 403 })
})
