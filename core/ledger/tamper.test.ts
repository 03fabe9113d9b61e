import { expect, test } from 'vitest'
import { signCheckpointNote } from './checkpoint.rules.ts'
import { checkpointLine, entryLine, exportLines, headerLine } from './export.rules.ts'
import { encodeVerifierKey, signerFromSeed, type Signer } from './note.rules.ts'
import { sealEntries, type Draft, type EntryRow } from './seal.rules.ts'
import { emptyHead, rootOf, type Head } from './tree.rules.ts'
import { verifyExport } from './verify.rules.ts'

const signer = signerFromSeed('writ.test/org_a', Buffer.alloc(32, 1))
const attacker = signerFromSeed('writ.test/org_a', Buffer.alloc(32, 2))
const vkey = (of: Signer): string => encodeVerifierKey(of.name, of.publicKey)

interface Exported {
  readonly lines: readonly string[]
  readonly rows: readonly EntryRow[]
  readonly heads: readonly Head[]
  readonly notes: ReadonlyMap<number, string>
}

function exported(by: Signer, org = 'org_a', flavour = 'deploy'): Exported {
  const heads = [emptyHead]
  const rows: EntryRow[] = []
  for (let index = 0; index < 12; index += 1) {
    const data = {
      action_type: flavour,
      decision: index % 3 === 0 ? 'block' : 'allow',
      risk_score: 10 + index,
      by: { principal: 'key_1', agent: null },
    }
    const draft: Draft = { kind: 'decision', ref: `act_gd_${index}`, at: new Date(1_760_000_000_000 + index), data }
    const sealed = sealEntries(heads.at(-1) ?? emptyHead, org, [draft])
    heads.push(sealed.head)
    rows.push(...sealed.rows)
  }
  const sign = (head: Head): string =>
    signCheckpointNote({ origin: by.name, size: head.size, root: rootOf(head) }, [by])
  const notes = new Map([4, 8, 12].map((size) => [size, sign(heads[size] as Head)]))
  const checkpoints = [...notes].map(([size, note]) => ({ size, note }))
  const header = headerLine({ format: 'writ-ledger/1', org, origin: by.name, size: 12, keys: [vkey(by)] })
  return { lines: [header, ...exportLines(rows, checkpoints)], rows, heads, notes }
}

const honest = exported(signer)
const evil = exported(attacker)
const otherOrg = exported(signer, 'org_b')
const rewritten = exported(signer, 'org_a', 'read')

const isEntry = (line: string): boolean => line.startsWith('{"entry"')
const entryAt = honest.lines.map((line, at) => (isEntry(line) ? at : -1)).filter((at) => at >= 0)
const bodyOf = (row: EntryRow): Record<string, unknown> => JSON.parse(row.body) as Record<string, unknown>
const replaced = (at: number, line: string): string[] => honest.lines.with(at, line)

/** The attacker's best edit of one entry: a changed field under a recomputed hash. */
function edited(seq: number, change: Record<string, unknown>): string[] {
  const { org, data, kind, ref, at } = { ...bodyOf(honest.rows[seq] as EntryRow), ...change } as unknown as Draft & {
    org: string
    at: string
  }
  const sealed = sealEntries(honest.heads[seq] as Head, org, [{ kind, ref, at: new Date(at), data }])
    .rows[0] as EntryRow
  return replaced(entryAt[seq] as number, entryLine(sealed.body, sealed.leaf_hash))
}

function* byteFlips(): Generator<[string, Buffer]> {
  const text = Buffer.from(honest.lines.join(''))
  let at = 0
  for (const [index, line] of honest.lines.entries()) {
    const kind = index === 0 ? 'header' : isEntry(line) ? 'entry' : 'checkpoint'
    for (let offset = 0; offset < Buffer.byteLength(line); offset += 1) {
      const flipped = Buffer.from(text)
      flipped[at + offset] = (text[at + offset] as number) ^ (1 << (offset % 8))
      yield [`byte flip in ${kind}`, flipped]
    }
    at += Buffer.byteLength(line)
  }
}

function* fieldEdits(): Generator<[string, string[]]> {
  const changes: Record<string, unknown>[] = [
    { at: '2020-01-01T00:00:00.000Z' },
    { kind: 'outcome' },
    { ref: 'act_gd_other' },
    { org: 'org_b' },
    { data: { decision: 'allow' } },
    { data: {} },
  ]
  for (const change of changes) {
    for (let seq = 0; seq < 12; seq += 1)
      yield [`entry field ${Object.keys(change)[0]} changed, hash recomputed`, edited(seq, change)]
  }
}

function* structural(): Generator<[string, readonly string[]]> {
  for (const at of entryAt) {
    const line = honest.lines[at] as string
    yield ['entry deleted', honest.lines.toSpliced(at, 1)]
    yield ['entry duplicated', honest.lines.toSpliced(at, 0, line)]
    yield ['foreign entry inserted', honest.lines.toSpliced(at, 0, evil.lines[at] as string)]
    yield ['entry of a rewritten log put in', replaced(at, rewritten.lines[at] as string)]
    yield [
      'tail cut, checkpoints kept',
      [...honest.lines.slice(0, at), ...honest.lines.slice(at).filter((kept) => !isEntry(kept))],
    ]
    if (at !== entryAt[0]) yield ['file cut before an entry', honest.lines.slice(0, at)]
    for (const other of entryAt.filter((later) => later > at)) {
      yield ['two entries swapped', honest.lines.with(at, honest.lines[other] as string).with(other, line)]
    }
  }
}

function* checkpointTricks(): Generator<[string, readonly string[]]> {
  const last = honest.lines.length - 1
  const note = honest.notes.get(12) as string
  yield ['last checkpoint dropped', honest.lines.slice(0, -1)]
  yield ['all checkpoints dropped', honest.lines.filter((line, at) => at === 0 || isEntry(line))]
  yield ['older checkpoint put last', replaced(last, checkpointLine(honest.notes.get(8) as string))]
  yield ['older checkpoint appended', [...honest.lines, checkpointLine(honest.notes.get(8) as string)]]
  yield ['checkpoint twice', [...honest.lines, honest.lines[last] as string]]
  yield ['checkpoint of a larger log', replaced(last, checkpointLine(note.replace('\n12\n', '\n13\n')))]
  yield ['checkpoint of another origin', replaced(last, checkpointLine(note.replaceAll('org_a', 'org_b')))]
  yield ['checkpoint re-signed by another key', replaced(last, evil.lines[last] as string)]
  yield [
    'signature taken from another checkpoint',
    replaced(last, checkpointLine(graft(note, honest.notes.get(8) as string))),
  ]
  yield ['signature line removed', replaced(last, checkpointLine(note.slice(0, note.indexOf('—'))))]
  yield ['root of a rewritten log', replaced(last, rewritten.lines[last] as string)]
}

const graft = (text: string, signature: string): string =>
  text.slice(0, text.indexOf('—')) + signature.slice(signature.indexOf('—'))

function* replacements(): Generator<[string, readonly string[]]> {
  yield ['whole log replaced, signed by another key', evil.lines]
  yield ['whole log replaced, the trusted key named in its header', [honest.lines[0] as string, ...evil.lines.slice(1)]]
  yield ['header of another org', [otherOrg.lines[0] as string, ...honest.lines.slice(1)]]
  yield ['entries of another org', [honest.lines[0] as string, ...otherOrg.lines.slice(1)]]
  yield ['header missing', honest.lines.slice(1)]
  yield ['header twice', [honest.lines[0] as string, ...honest.lines]]
  yield ['empty file', []]
  yield ['last newline missing', [...honest.lines.slice(0, -1), (honest.lines.at(-1) as string).trimEnd()]]
  yield [
    'key written twice in an entry',
    replaced(1, (honest.lines[1] as string).replace('"decision"', '"decision":"allow","decision"')),
  ]
  yield ['space added', replaced(1, (honest.lines[1] as string).replace(',', ', '))]
}

/** Not to be told from one file alone: the reader's memory of a later checkpoint is what shows it. */
function* againstMemory(): Generator<[string, readonly string[]]> {
  const older = honest.lines.slice(0, entryAt[8])
  const shrunk = (older[0] as string).replace('"size":12', '"size":8')
  yield ['rolled back to an older, rightly signed state', older.with(0, shrunk)]
  yield ['history rewritten by the holder of the key', rewritten.lines]
}

test('tamper matrix: every kind of tampering is detected, n of n', async () => {
  const trustedKeys = [vkey(signer)]
  expect(await verifyExport([Buffer.from(honest.lines.join(''))], { trustedKeys })).toMatchObject({ ok: true })
  const table = new Map<string, { tried: number; detected: number }>()
  const tryOne = async (kind: string, file: Buffer, knownCheckpoints: string[]): Promise<void> => {
    const row = table.get(kind) ?? { tried: 0, detected: 0 }
    const { ok } = await verifyExport([file], { trustedKeys, knownCheckpoints })
    table.set(kind, { tried: row.tried + 1, detected: row.detected + (ok ? 0 : 1) })
  }
  for (const [kind, file] of byteFlips()) await tryOne(kind, file, [])
  for (const cases of [fieldEdits(), structural(), checkpointTricks(), replacements()]) {
    for (const [kind, lines] of cases) await tryOne(kind, Buffer.from(lines.join('')), [])
  }
  const kept = [honest.notes.get(12) as string]
  for (const [kind, lines] of againstMemory()) {
    expect(await verifyExport([Buffer.from(lines.join(''))], { trustedKeys })).toMatchObject({ ok: true })
    await tryOne(`${kind} (checkpoint kept)`, Buffer.from(lines.join('')), kept)
  }
  const rows = [...table]
  const sum = rows.reduce((all, [, row]) => ({ tried: all.tried + row.tried, detected: all.detected + row.detected }), {
    tried: 0,
    detected: 0,
  })
  const printed = [...rows, ['all', sum] as const].map(
    ([kind, { tried, detected }]) => `${detected} of ${tried}  ${kind}`,
  )
  process.stdout.write(`tamper matrix, detected of tried\n  ${printed.join('\n  ')}\n`)
  for (const [kind, { tried, detected }] of rows) expect(`${kind}: ${detected}`).toBe(`${kind}: ${tried}`)
})

test('an entry without the field v, org, seq, at, kind, ref or data is detected', async () => {
  for (const field of ['v', 'org', 'seq', 'at', 'kind', 'ref', 'data']) {
    const { entry } = JSON.parse(honest.lines[1] as string) as { entry: Record<string, unknown> }
    const text = JSON.stringify(Object.fromEntries(Object.entries(entry).filter(([name]) => name !== field)))
    const lines = replaced(1, entryLine(text, (honest.rows[0] as EntryRow).leaf_hash))
    expect((await verifyExport([Buffer.from(lines.join(''))])).integrity.ok).toBe(false)
  }
})
