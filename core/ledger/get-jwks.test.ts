import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signCheckpoint } from './checkpoints.ts'
import { getJwks } from './get-jwks.op.ts'
import { parseNote } from './note.rules.ts'
import { rotateKey } from './rotate-key.op.ts'
import { TestLedger } from './test-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await TestLedger.open()
  await ledger.addOrg('org_a')
})
afterAll(() => ledger.close())

const keysOf = async (org: string) => (await ledger.call(getJwks, { org }, { scopes: [], orgId: '' })).keys

test('200 without a credential: the keys verify checkpoints with any Ed25519 implementation', async () => {
  const checkpoint = await signCheckpoint(ledger.db, 'org_a', ledger.ports)
  const [key] = await keysOf('org_a')
  const { text, signatures } = parseNote(checkpoint.note)
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' })
  expect(verify(null, Buffer.from(text), publicKey, signatures[0]?.signature ?? Buffer.alloc(0))).toBe(true)
})

test('200 shows no private part, and retired keys too', async () => {
  await ledger.call(rotateKey)
  const keys = await keysOf('org_a')
  expect(keys).toHaveLength(2)
  for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
})

test('200 with no keys for an org without a log, and none are made', async () => {
  expect(await keysOf('org_unknown')).toEqual([])
  expect(await ledger.db.selectFrom('ledger_key').selectAll().where('org_id', '=', 'org_unknown').execute()).toEqual([])
})
