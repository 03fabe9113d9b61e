import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSignedBy, readPublicKey } from './public-key.rules.ts'

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed25519 = generateKeyPairSync('ed25519')
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

test.each([
  ['RSASSA-PKCS1-v1_5', rsa],
  ['Ed25519', ed25519],
  ['ES256', p256],
] as const)('%s: read, told by its fingerprint, and verified', (algorithm, { publicKey, privateKey }) => {
  const key = readPublicKey(`\n${pem(publicKey)}`, undefined)
  if (typeof key === 'string') throw new Error(key)
  expect(key).toMatchObject({ algorithm, fingerprint: expect.stringMatching(/^sha256:[\w-]{43}$/) })
  expect(readPublicKey(pem(publicKey).replaceAll('\n', '\r\n'), algorithm)).toEqual(key)
  const digest = algorithm === 'Ed25519' ? null : 'sha256'
  const signature = sign(digest, Buffer.from('a body'), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  expect(isSignedBy(key, 'a body', signature.toString('base64'))).toBe(true)
  expect(isSignedBy(key, 'a Body', signature.toString('base64'))).toBe(false)
  for (const wrong of ['', 'AAAA', '===', signature.toString('base64').slice(0, -4), 'x'.repeat(8000), '\0']) {
    expect(isSignedBy(key, 'a body', wrong)).toBe(false)
  }
})

const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const weak = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const x25519 = generateKeyPairSync('x25519')
const ed448 = generateKeyPairSync('ed448')

test.each([
  ['RSA of 1024 bits', pem(small.publicKey)],
  ['RSA with the exponent 3', pem(weak.publicKey)],
  ['RSA for PSS', pem(pss.publicKey)],
  ['another curve', pem(k256.publicKey)],
  ['P-384', pem(p384.publicKey)],
  ['a key for agreement', pem(x25519.publicKey)],
  ['Ed448', pem(ed448.publicKey)],
  ['a private key', ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  [
    'a private key called public',
    ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().replaceAll('PRIVATE', 'PUBLIC'),
  ],
  ['PKCS #1', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['two keys', pem(ed25519.publicKey) + pem(p256.publicKey)],
  ['half a key', pem(rsa.publicKey).slice(0, 200)],
  ['no base64', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ['nothing', ''],
])('%s is refused with what is allowed', (_, text) => {
  expect(readPublicKey(text, undefined)).toContain('allowed are RSA keys of 2048')
})

test('a key of another kind than was said is refused', () => {
  expect(readPublicKey(pem(ed25519.publicKey), 'ES256')).toBe('is a key for Ed25519, not for ES256')
})
