import { expect, test } from 'vitest'
import { openSecret, parseMasterKey, sealSecret } from './box.rules.ts'
import { encryptedColumns } from './columns.ts'

const [master, secret] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const what = 'The secret'

test('every flipped bit of a box is noticed', () => {
  const box = sealSecret(secret, master, 'org/kid')
  expect(openSecret(box, master, 'org/kid', { what })).toEqual(secret)
  expect(box.includes(secret)).toBe(false)
  for (let bit = 0; bit < box.length * 8; bit += 1) {
    const changed = Buffer.from(box)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => openSecret(changed, master, 'org/kid', { what })).toThrow('The secret cannot be opened')
  }
  expect(() => openSecret(box.subarray(0, 20), master, 'org/kid', { what })).toThrow('cannot be opened')
})

test('a box opens in its own row only, under its own key only', () => {
  const box = sealSecret(secret, master, 'org/kid')
  expect(() => openSecret(box, master, 'org/other', { what })).toThrow('cannot be opened')
  expect(() => openSecret(box, Buffer.alloc(32, 9), 'org/kid', { what, code: 'unprocessable' })).toThrow(
    expect.objectContaining({ code: 'unprocessable' }),
  )
})

test('two boxes of one secret have nothing in common', () => {
  expect(sealSecret(secret, master, 'x')).not.toEqual(sealSecret(secret, master, 'x'))
})

test('what was stored before the list of columns still opens', () => {
  const seed = Buffer.from(
    '015b3d1d8f836721b4dd0c095c204552400e544c59832bdd9bd87a1783ff6e9712c6438e22402431925f13daa1119bd8240450e7633d368b7925fec381',
    'hex',
  )
  expect(openSecret(seed, master, encryptedColumns.ledgerKey.boundTo('org_a', 'kid_1'), { what })).toEqual(secret)
  const webhook = Buffer.from(
    '01ac6a65df481f295432eb309f66573c84beb88f24e3244fcca541579f0671befcb7437866e7e39b3bfd52ee97f672cf88c68444f87786e45e3401de0a',
    'hex',
  )
  expect(openSecret(webhook, master, encryptedColumns.webhookSecret.boundTo('org_a'), { what })).toEqual(secret)
})

test('the secret key is 32 bytes of hex or base64', () => {
  expect(parseMasterKey('ab'.repeat(32))).toEqual(Buffer.alloc(32, 0xab))
  expect(parseMasterKey(Buffer.alloc(32, 5).toString('base64'))).toEqual(Buffer.alloc(32, 5))
  expect(() => parseMasterKey('ab'.repeat(31))).toThrow('must be 32 bytes')
})
