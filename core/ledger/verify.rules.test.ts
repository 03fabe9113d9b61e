import { array, assert, asyncProperty, constantFrom, nat, uint8Array } from '#core/testing/property'
import { expect, test } from 'vitest'
import { signCheckpointNote } from './checkpoint.rules.ts'
import { checkpointLine, exportLines, headerLine } from './export.rules.ts'
import { encodeVerifierKey, signerFromSeed, type Signer } from './note.rules.ts'
import { sealEntries, type Draft, type EntryRow } from './seal.rules.ts'
import { emptyHead, rootOf, type Head } from './tree.rules.ts'
import { kidOf, parseTrustedKeys, publicJwk } from './trust.rules.ts'
import { verifyExport, type VerifyReport } from './verify.rules.ts'

const ORIGIN = 'writ.test/org_a'
const signer = signerFromSeed(ORIGIN, Buffer.alloc(32, 1))
const attacker = signerFromSeed(ORIGIN, Buffer.alloc(32, 2))
const vkey = (of: Signer): string => encodeVerifierKey(of.name, of.publicKey)

interface Log {
  readonly rows: readonly EntryRow[]
  readonly heads: readonly Head[]
  readonly checkpoints: readonly { size: number; note: string }[]
}

function log(
  size: number,
  options: { org?: string; by?: Signer; every?: number; drafts?: (index: number) => Partial<Draft> } = {},
): Log {
  const { org = 'org_a', by = signer, every = 4, drafts = () => ({}) } = options
  const made = Array.from({ length: size }, (_, index): Draft => ({
    kind: 'decision',
    ref: `act_${index}`,
    at: new Date(1_700_000_000_000 + index),
    data: { decision: 'allow', risk_score: index, agent: 'agént', nested: { list: [1, 'two', null] } },
    ...drafts(index),
  }))
  const heads = [emptyHead]
  const rows: EntryRow[] = []
  for (const draft of made) {
    const sealed = sealEntries(heads.at(-1) ?? emptyHead, org, [draft])
    heads.push(sealed.head)
    rows.push(...sealed.rows)
  }
  const sizes = heads.filter((head) => head.size > 0 && (head.size % every === 0 || head.size === size))
  return { rows, heads, checkpoints: sizes.map((head) => ({ size: head.size, note: noteAt(head, by) })) }
}

const noteAt = (head: Head, by: Signer): string =>
  signCheckpointNote({ origin: by.name, size: head.size, root: rootOf(head) }, [by])

function lines({ rows, checkpoints }: Log, header: { keys?: string[] } = {}): string[] {
  const full = {
    format: 'writ-ledger/1' as const,
    org: 'org_a',
    origin: ORIGIN,
    size: rows.length,
    keys: [vkey(signer)],
    ...header,
  }
  return [headerLine(full), ...exportLines(rows, checkpoints)]
}

const verify = (
  text: readonly string[] | Buffer,
  options: Parameters<typeof verifyExport>[1] = {},
): Promise<VerifyReport> =>
  verifyExport([Buffer.isBuffer(text) ? text : Buffer.from(text.join(''))], { trustedKeys: [vkey(signer)], ...options })

const good = log(11)

test('an untouched export passes all three verdicts, whole or in chunks of one byte', async () => {
  const text = Buffer.from(lines(good).join(''))
  const report = await verify(text)
  expect(report).toMatchObject({ ok: true, size: 11, checkpoints: 3, org: 'org_a', origin: ORIGIN })
  expect(report.root).toBe(rootOf(good.heads.at(-1) as Head).toString('base64'))
  const bytes = Array.from(text, (byte) => Uint8Array.of(byte))
  expect(await verifyExport(bytes, { trustedKeys: [vkey(signer)] })).toEqual(report)
})

test('without a trusted key the log is called self-asserted, not authentic', async () => {
  const report = await verifyExport([Buffer.from(lines(good).join(''))])
  expect(report).toMatchObject({ ok: false, integrity: { ok: true }, completeness: { ok: true } })
  expect(report.authenticity).toMatchObject({ ok: false, selfAsserted: true })
})

test('a trusted key may be given by fingerprint or as JWKS', async () => {
  const jwks = JSON.stringify({ keys: [publicJwk(signer.publicKey), { kty: 'RSA', n: 'x' }] })
  for (const trustedKeys of [
    [kidOf(signer.publicKey)],
    parseTrustedKeys(jwks),
    parseTrustedKeys(`\n ${vkey(signer)} \n`),
  ]) {
    expect((await verify(lines(good), { trustedKeys })).ok).toBe(true)
  }
  await expect(verify(lines(good), { trustedKeys: ['nonsense'] })).rejects.toThrow('"nonsense" is neither')
  await expect(verify(lines(good), { trustedKeys: ['a+00000000+AAAA'] })).rejects.toThrow('is neither')
})

const rotated = signerFromSeed(ORIGIN, Buffer.alloc(32, 5))

/** The log names its next key in entry 3; the old key signs size 4, the new one 8. */
function rotatedLog(by: (size: number) => Signer): Log {
  const data = { event: 'ledger.key_rotated', verifier_key: vkey(rotated) }
  const plain = log(8, { drafts: (index) => (index === 3 ? { kind: 'key', ref: kidOf(rotated.publicKey), data } : {}) })
  const checkpoints = [4, 8].map((size) => ({ size, note: noteAt(plain.heads[size] as Head, by(size)) }))
  return { ...plain, checkpoints }
}

test('trust in a key passes to the key that its log named as successor', async () => {
  const text = lines(
    rotatedLog((size) => (size === 4 ? signer : rotated)),
    { keys: [vkey(rotated), vkey(signer)] },
  )
  expect(await verify(text)).toMatchObject({ ok: true })
  expect(await verify(text, { trustedKeys: [vkey(rotated)] })).toMatchObject({ ok: true })
})

test('trust does not pass to a key that no trusted checkpoint covers', async () => {
  const text = lines(
    rotatedLog(() => rotated),
    { keys: [vkey(rotated), vkey(signer)] },
  )
  const report = await verify(text)
  expect(report.authenticity).toMatchObject({ ok: false, problems: ['no checkpoint is signed by a key you trust'] })
  const foreign = lines(
    rotatedLog((size) => (size === 4 ? signer : attacker)),
    { keys: [vkey(attacker), vkey(signer)] },
  )
  expect((await verify(foreign)).authenticity.problems).toEqual([
    'your trusted key vouches for 4 entries, not for the last checkpoint of 8',
  ])
})

test('a log of 100,000 entries is verified in one pass', async () => {
  const drafts = Array.from({ length: 100_000 }, (_, index): Draft => ({
    kind: 'outcome',
    ref: `act_${index}`,
    at: new Date(index),
    data: { index },
  }))
  const { rows, head } = sealEntries(emptyHead, 'org_a', drafts)
  const checkpoints = [{ size: head.size, note: noteAt(head, signer) }]
  const chunks = lines({ rows, heads: [], checkpoints }).map((line) => Buffer.from(line))
  expect(await verifyExport(chunks, { trustedKeys: [vkey(signer)] })).toMatchObject({ ok: true, size: 100_000 })
})

test.each([
  ['nothing', ''],
  ['no JSON', 'hello\n'],
  ['a number', '7\n'],
  ['JSON null', 'null\n'],
  ['an empty line', '\n'],
  ['another format', '{"format":"writ-ledger/9","keys":[],"org":"o","origin":"x","size":0}\n'],
  ['bytes that are not UTF-8', Buffer.of(0xff, 0xfe, 0x0a)],
])('a file of %s fails without throwing', async (_, text) => {
  const report = await verify(Buffer.from(text))
  expect(report.ok).toBe(false)
  expect(report.integrity.ok).toBe(false)
  expect(report.completeness.ok).toBe(false)
  expect(report.authenticity.ok).toBe(false)
})

test('a line beyond 16 MiB ends the check instead of filling memory', async () => {
  function* endless(): Generator<Uint8Array> {
    for (;;) yield Buffer.alloc(1024 * 1024, 0x61)
  }
  expect((await verifyExport(endless())).completeness.problems[0]).toContain('over 16 MiB')
})

test('a checkpoint kept from earlier shows a log that was rolled back or rewritten', async () => {
  const kept = (good.checkpoints.at(-1) as { note: string }).note
  const short = log(8)
  expect((await verify(lines(short))).ok).toBe(true)
  expect((await verify(lines(short), { knownCheckpoints: [kept] })).completeness.ok).toBe(false)
  const other = log(11, { drafts: () => ({ data: { rewritten: true } }) })
  expect((await verify(lines(other), { knownCheckpoints: [kept] })).integrity.problems[0]).toContain(
    'history was rewritten',
  )
  expect((await verify(lines(good), { knownCheckpoints: [kept] })).ok).toBe(true)
  expect(
    (
      await verify(lines(good), {
        knownCheckpoints: [
          checkpointLine(kept)
            .slice(15, -3)
            .replaceAll(String.raw`\n`, '\n'),
        ],
      })
    ).ok,
  ).toBe(true)
})

test('no input makes the check throw or pass', async () => {
  const parts = [
    ...lines(good),
    '{"entry":null}\n',
    '{"checkpoint":7}\n',
    `{"entry":${'['.repeat(200_000)}`,
    '[]\n',
    '"\\ud800"\n',
  ]
  const hostile = array(constantFrom(...parts), { maxLength: 12 })
  await assert(
    asyncProperty(hostile, nat(2000), uint8Array({ maxLength: 6 }), async (chosen, at, noise) => {
      const text = Buffer.from(chosen.join(''))
      const file = [text.subarray(0, at), noise, text.subarray(at)]
      expect(await verifyExport(file, { trustedKeys: [vkey(signer)] })).toMatchObject({ ok: false })
    }),
    { numRuns: 300 },
  )
})
