import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { base64url, exportSPKI, importJWK, type JWTPayload } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { harmless } from '#core/actions/test-actions'
import { evaluate } from '#core/guard/evaluate.op'
import type { Context } from '#core/kernel/context'
import { invoke } from '#core/kernel/invoke'
import { update } from '#core/settings/update.op'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { issuerKey, TestIssuer, type IssuerKey } from './test-issuer.ts'

let server: TestRuntime
let issuer: TestIssuer
let evil: TestIssuer
let member: Context
let rsa: IssuerKey
let attacker: IssuerKey
let attackerRsa: IssuerKey
let gone: IssuerKey
beforeAll(async () => {
  server = await testRuntime({ ports: { fetch: globalThis.fetch }, settings: { egress_allow: '127.0.0.1' } })
  issuer = await TestIssuer.start(server.runtime.now)
  evil = await TestIssuer.start(server.runtime.now)
  ;[rsa, attacker, attackerRsa, gone] = await Promise.all([
    issuerKey('rsa', 'RS256'),
    issuerKey('first'),
    issuerKey('rsa', 'RS256'),
    issuerKey('gone'),
  ])
  const [first] = issuer.keys
  // Two keys under one name: an issuer may do that, and neither may open a door.
  issuer.keys = [await issuerKey('twin'), await issuerKey('twin'), rsa, await issuerKey('p256', 'ES256'), first!]
  const org = await testOrg(server.runtime)
  const admin = await org.as('admin')
  await issuer.trustedBy(admin)
  member = await org.as('member')
})
afterAll(async () => {
  await issuer.close()
  await evil.close()
  await server.close()
})

const ask = (token: string) => invoke(evaluate, { ...member, identityToken: token }, harmless)
const seconds = () => Math.floor(server.runtime.now().getTime() / 1000)
const sound = (): JWTPayload => ({
  iss: issuer.url,
  sub: 'proven-agent',
  aud: 'writ',
  iat: seconds(),
  exp: seconds() + 600,
})
const part = (value: unknown): string => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))
/** A token put together by hand, with whatever header and signature. */
const forged = (header: object, claims: object, signature = ''): string =>
  `${part(header)}.${part(claims)}.${signature}`
const hmac = (header: object, claims: object, secret: string | Buffer, hash = 'sha256'): string => {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}
const swapped = (token: string, index: number, change: (text: string) => string): string => {
  const parts = token.split('.')
  parts[index] = change(parts[index] ?? '')
  return parts.join('.')
}
const withClaims = (token: string, more: object): string =>
  swapped(token, 1, (text) => part({ ...(JSON.parse(Buffer.from(text, 'base64url').toString()) as object), ...more }))

type Attack = readonly [name: string, make: () => Promise<string> | string]

const byAttacker = (header: object) => () => issuer.tokenBy(attacker.privateKey, sound(), { alg: 'EdDSA', ...header })

const attacks: readonly Attack[] = [
  // Without a signature.
  ['alg none', () => forged({ alg: 'none' }, sound())],
  ['alg None', () => forged({ alg: 'None', kid: 'first' }, sound())],
  ['alg NONE with a signature', () => forged({ alg: 'NONE', kid: 'first' }, sound(), 'AAAA')],
  ['alg nOnE', () => forged({ alg: 'nOnE' }, sound())],
  ['no alg at all', () => forged({ kid: 'first' }, sound(), 'AAAA')],
  ['alg that is no text', () => forged({ alg: ['EdDSA'], kid: 'first' }, sound(), 'AAAA')],
  ['alg empty', () => forged({ alg: '', kid: 'first' }, sound(), 'AAAA')],
  ['a sound token with its signature taken away', async () => swapped(await issuer.token(), 2, () => '')],
  ['a sound token with alg changed to none', async () => swapped(await issuer.token(), 0, () => part({ alg: 'none' }))],
  // The public key as a shared secret.
  ...(['HS256', 'HS384', 'HS512'] as const).map((alg): Attack => {
    const make = async (): Promise<string> => {
      const pem = await exportSPKI((await importJWK(rsa.jwk, 'RS256')) as never)
      return hmac({ alg, kid: 'rsa' }, sound(), pem, `sha${alg.slice(2)}`)
    }
    return [`${alg} by the public key in PEM`, make]
  }),
  ['HS256 by the public key as JSON', () => hmac({ alg: 'HS256', kid: 'rsa' }, sound(), JSON.stringify(rsa.jwk))],
  [
    'HS256 by the modulus',
    () => hmac({ alg: 'HS256', kid: 'rsa' }, sound(), Buffer.from(rsa.jwk.n ?? '', 'base64url')),
  ],
  ['HS256 by an empty secret', () => hmac({ alg: 'HS256', kid: 'rsa' }, sound(), '')],
  ['RS256 header over an HMAC', () => hmac({ alg: 'RS256', kid: 'rsa' }, sound(), 'secret')],
  [
    'EdDSA header over an HMAC by x',
    () => hmac({ alg: 'EdDSA', kid: 'first' }, sound(), issuer.keys.at(-1)?.jwk.x ?? ''),
  ],
  // Algorithms beside the list.
  ['PS256 by the RSA key of the issuer', () => rsaPss()],
  ['RS1 by the RSA key of an attacker', () => rsaSha1()],
  ['ES256K', () => forged({ alg: 'ES256K', kid: 'p256' }, sound(), 'A'.repeat(86))],
  ['ES256 with a signature of zeros', () => forged({ alg: 'ES256', kid: 'p256' }, sound(), 'A'.repeat(86))],
  ['EdDSA with a signature of zeros', () => forged({ alg: 'EdDSA', kid: 'first' }, sound(), 'A'.repeat(86))],
  [
    'RS256 for the kid of an Ed25519 key',
    () => issuer.tokenBy(attackerRsa.privateKey, sound(), { alg: 'RS256', kid: 'first' }),
  ],
  ['an encrypted token', () => `${part({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
  [
    'unencoded payload (b64 false)',
    () => forged({ alg: 'EdDSA', kid: 'first', b64: false, crit: ['b64'] }, sound(), 'A'.repeat(86)),
  ],
  ['an extension nobody knows, marked critical', () => critical()],
  // Keys that the token brings or points at.
  ['its own key in the header (jwk), without kid', () => embedded({})],
  ['its own key in the header (jwk), with the kid of the issuer', () => embedded({ kid: 'first' })],
  ['jku that points at other keys', byAttacker({ kid: 'first', jku: 'https://evil.example/keys' })],
  [
    'jku on loopback',
    () => issuer.tokenBy(attacker.privateKey, sound(), { alg: 'EdDSA', kid: 'evil', jku: `${evil.url}/k` }),
  ],
  ['x5u that points at a certificate', byAttacker({ kid: 'first', x5u: 'https://evil.example/cert' })],
  ['x5c with a certificate of its own', byAttacker({ kid: 'first', x5c: ['MIIB'] })],
  ['x5t of nobody', byAttacker({ kid: 'first', x5t: 'AAAA' })],
  // Names of keys that try to be something else.
  ...[
    '../../../../dev/null',
    "first' or '1'='1",
    'first\0',
    '__proto__',
    'constructor',
    '',
    'FIRST',
    'fırst',
    ' first',
  ].map((kid): Attack => [`kid ${JSON.stringify(kid)}`, byAttacker({ kid })]),
  ['kid that is no text', () => forged({ alg: 'EdDSA', kid: 7 }, sound(), 'A'.repeat(86))],
  ['kid that is an object', () => forged({ alg: 'EdDSA', kid: { $ne: null } }, sound(), 'A'.repeat(86))],
  [
    'a key that the issuer does not serve',
    () => issuer.tokenBy(gone.privateKey, sound(), { alg: 'EdDSA', kid: 'gone' }),
  ],
  ['a name that two keys of the issuer share', byAttacker({ kid: 'twin' })],
  ['the right name, another key', byAttacker({ kid: 'first' })],
  ['no name, another key', byAttacker({})],
  // Time.
  ['expired', () => issuer.token({ exp: seconds() - 61 })],
  ['expired long ago', () => issuer.token({ exp: 1 })],
  ['without exp', async () => issuer.token({ exp: undefined as unknown as number })],
  ['exp as text', () => issuer.token({ exp: String(seconds() + 600) as unknown as number })],
  ['exp beyond every number', () => forgedBySound('"exp":1e999')],
  ['exp too far', () => issuer.token({ exp: seconds() + 90_000 })],
  ['exp in the year 275760', () => issuer.token({ exp: 8.64e12 })],
  ['negative exp', () => issuer.token({ exp: -1 })],
  ['not yet valid', () => issuer.token({ nbf: seconds() + 120 })],
  ['nbf as text', () => issuer.token({ nbf: 'now' as unknown as number })],
  ['made in the future', () => issuer.token({ iat: seconds() + 120 })],
  // For others, by others.
  ['for another audience', () => issuer.token({ aud: 'another' })],
  ['for several others', () => issuer.token({ aud: ['another', 'WRIT', 'writ '] })],
  ['for nobody', () => issuer.token({ aud: undefined as unknown as string })],
  ['audience as an object', () => issuer.token({ aud: { writ: true } as unknown as string })],
  ['by an issuer that is not listed', () => evil.token()],
  ['by one that names the issuer but is not', () => evil.token({ iss: issuer.url })],
  ['issuer with a slash at its end', () => issuer.token({ iss: `${issuer.url}/` })],
  ['issuer in capitals', () => issuer.token({ iss: issuer.url.toUpperCase() })],
  ['issuer as the beginning of another host', () => issuer.token({ iss: `${issuer.url}.evil.example` })],
  ['issuer with another host in front of @', () => issuer.token({ iss: `${issuer.url}@evil.example` })],
  ['issuer by another name of the host', () => issuer.token({ iss: issuer.url.replace('127.0.0.1', 'localhost') })],
  ['issuer as a list', () => issuer.token({ iss: [issuer.url] as unknown as string })],
  ['without issuer', () => issuer.token({ iss: undefined as unknown as string })],
  // Subjects that are no agent's id.
  ['without subject', () => issuer.token({ sub: undefined as unknown as string })],
  ['empty subject', () => issuer.token({ sub: '' })],
  ['subject as a number', () => issuer.token({ sub: 7 as unknown as string })],
  ['subject as a list', () => issuer.token({ sub: ['a1'] as unknown as string })],
  ['subject too long', () => issuer.token({ sub: 'a'.repeat(129) })],
  ['subject with an invisible character', () => issuer.token({ sub: 'a\u200B1' })],
  ['subject written from right to left', () => issuer.token({ sub: '\u202E1a' })],
  ['subject with a NUL', () => issuer.token({ sub: 'a1\0' })],
  ['subject with a line break', () => issuer.token({ sub: 'a1\nadmin' })],
  ['subject with spaces around', () => issuer.token({ sub: ' a1 ' })],
  ['subject not in NFC', () => issuer.token({ sub: 'cafe\u0301' })],
  ['subject with half a character', () => issuer.token({ sub: 'a\uD800' })],
  // Changed, cut, blown up.
  ['another subject put in', async () => withClaims(await issuer.token(), { sub: 'admin' })],
  ['a later end put in', async () => withClaims(await issuer.token(), { exp: seconds() + 6000 })],
  [
    'a claim repeated',
    async () => swapped(await issuer.token(), 1, () => part(`{"sub":"a1",${JSON.stringify(sound()).slice(1)}`)),
  ],
  [
    'the header of another token',
    async () => swapped(await issuer.token(), 0, () => part({ alg: 'EdDSA', kid: 'twin' })),
  ],
  ['cut in the middle', async () => (await issuer.token()).slice(0, -20)],
  ['cut to two parts', async () => (await issuer.token()).split('.').slice(0, 2).join('.')],
  ['four parts', async () => `${await issuer.token()}.AAAA`],
  ['a signature with something behind it', async () => `${await issuer.token()}AAAA`],
  ['padding in the signature', async () => `${await issuer.token()}=`],
  ['header that is no JSON', async () => swapped(await issuer.token(), 0, () => part('{alg'))],
  ['claims that are no object', () => forged({ alg: 'EdDSA', kid: 'first' }, ['a'], 'A'.repeat(86))],
  ['claims that are null', () => forgedText({ alg: 'EdDSA', kid: 'first' }, 'null')],
  [
    'claims that are no UTF-8',
    () => `${part({ alg: 'EdDSA', kid: 'first' })}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.AAAA`,
  ],
  [
    '__proto__ in the claims',
    () => forgedText({ alg: 'EdDSA', kid: 'first' }, `{"__proto__":${JSON.stringify(sound())}}`),
  ],
  ['nothing', () => '..'],
  ['a text that is no token', () => 'eyJhbGciOiJFZERTQSJ9'],
  ['larger than any token', () => issuer.token({ padding: 'x'.repeat(9000) })],
  ['a megabyte', () => `${part({ alg: 'EdDSA', kid: 'first' })}.${'A'.repeat(1_000_000)}.AAAA`],
  // Signed by the issuer, but for something else.
  ['a sign-out token', () => issuer.token({}, { typ: 'logout+jwt' })],
  ['a proof of possession', () => issuer.token({}, { typ: 'dpop+jwt' })],
  ['a security event', () => issuer.token({}, { typ: 'application/secevent+jwt' })],
]

async function embedded(header: object): Promise<string> {
  const jwk = { ...attacker.jwk }
  return issuer.tokenBy(attacker.privateKey, sound(), { alg: 'EdDSA', jwk, ...header })
}

function critical(): Promise<string> {
  const header = { alg: 'EdDSA', kid: 'first', crit: ['urn:x'], 'urn:x': true }
  const key = issuer.keys.at(-1)!
  const text = `${part(header)}.${part(sound())}`
  return globalThis.crypto.subtle
    .sign('Ed25519', key.privateKey, Buffer.from(text))
    .then((bytes) => `${text}.${Buffer.from(bytes).toString('base64url')}`)
}

async function rsaPss(): Promise<string> {
  const { privateKey } = await issuerKey('rsa', 'PS256')
  return issuer.tokenBy(privateKey, sound(), { alg: 'PS256', kid: 'rsa' })
}

function rsaSha1(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const text = `${part({ alg: 'RS1', kid: 'rsa' })}.${part(sound())}`
  return `${text}.${createSign('sha1').update(text).sign(privateKey, 'base64url')}`
}

const forgedText = (header: object, claims: string): string => `${part(header)}.${part(claims)}.${'A'.repeat(86)}`

/** Signed by the issuer, with a claim that only the text of JSON can hold. */
async function forgedBySound(claim: string): Promise<string> {
  const { exp: _, ...rest } = sound()
  const text = `${part({ alg: 'EdDSA', kid: 'first' })}.${part(`{${claim},${JSON.stringify(rest).slice(1)}`)}`
  const key = issuer.keys.at(-1)!
  const bytes = await globalThis.crypto.subtle.sign('Ed25519', key.privateKey, Buffer.from(text))
  return `${text}.${Buffer.from(bytes).toString('base64url')}`
}

test('a sound token is verified, whatever it carries that nobody asked for', async () => {
  expect(await ask(await issuer.token())).toMatchObject({ verification_status: 'verified', agent_id: 'proven-agent' })
  const key = issuer.keys.at(-1)!
  const header = { alg: 'EdDSA', kid: 'first', jku: `${evil.url}/keys`, jwk: attacker.jwk }
  const token = await issuer.tokenBy(key.privateKey, { sub: 'café', exp: seconds() + 20 }, header)
  expect(await ask(token)).toMatchObject({ verification_status: 'verified', agent_id: 'café' })
  expect(await ask(await issuer.token({ exp: seconds() - 30 }))).toMatchObject({ verification_status: 'verified' })
  expect(evil.asked).toEqual([])
})

test('no attack is verified or speaks for another agent', { timeout: 60_000 }, async () => {
  const passed: string[] = []
  for (const [name, make] of attacks) {
    const answer = await ask(await make())
    const { verification_status: status, verified_by: by } = answer
    if (status === 'verified' || status === 'unverified' || by !== null || answer.agent_id !== 'a1') passed.push(name)
  }
  process.stdout.write(`JWT attacks: ${attacks.length - passed.length} of ${attacks.length} rejected\n`)
  expect(passed).toEqual([])
  expect(evil.asked).toEqual([])
})

test('where an identity is required, no attack is allowed to act', { timeout: 60_000 }, async () => {
  const admin = await (await testOrg(server.runtime)).as('admin')
  await issuer.trustedBy(admin, { require_verified_identity: 'block' })
  for (const [name, make] of attacks) {
    const answer = await invoke(evaluate, { ...admin, identityToken: await make() }, harmless)
    expect([name, answer.decision]).toEqual([name, 'block'])
  }
  await invoke(update, admin, { settings: { require_verified_identity: 'off' } })
})
