import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { testOrg, testRuntime, type TestRuntime } from '#core/testing/context'
import { issuerKey, TestIssuer } from './test-issuer.ts'
import { verifyToken, type TokenRules } from './verify-token.ts'

let server: TestRuntime
let issuer: TestIssuer
let rules: TokenRules
beforeAll(async () => {
  server = await testRuntime({ ports: { fetch: globalThis.fetch }, settings: { egress_allow: '127.0.0.1' } })
})
afterAll(() => server.close())
beforeEach(async () => {
  issuer = await TestIssuer.start(server.runtime.now)
  rules = {
    identity_issuers: [{ issuer: issuer.url, audience: 'writ' }],
    identity_token_max_seconds: 86_400,
  }
})
afterEach(() => issuer.close())

const statusOf = async (token: string | Promise<string>, more: Partial<TokenRules> = {}): Promise<string> =>
  (await verifyToken(server.runtime, 'org_a', await token, { ...rules, ...more })).status

test.each(['EdDSA', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'])('%s is verified', async (alg) => {
  issuer.keys = [await issuerKey('only', alg)]
  expect(await statusOf(issuer.token())).toBe('verified')
})

test('a key of the issuer without a name, and a token without one, find each other when there is no choice', async () => {
  const key = await issuerKey('only')
  const { kid: _, ...nameless } = key.jwk
  issuer.keys = [{ ...key, jwk: nameless }]
  expect(await statusOf(issuer.tokenBy(key.privateKey, {}, { alg: 'EdDSA' }))).toBe('verified')
})

test('of two keys under one name the one that signed is found', async () => {
  issuer.keys = [await issuerKey('twin'), await issuerKey('twin')]
  expect(await statusOf(issuer.token())).toBe('verified')
})

test.each([
  ['too small an RSA key', async () => ({ ...(await issuerKey('bad', 'RS256')).jwk, n: 'AQAB' })],
  ['a key for encryption', async () => ({ ...(await issuerKey('bad')).jwk, use: 'enc' })],
  ['a key for another algorithm', async () => ({ ...(await issuerKey('bad')).jwk, alg: 'ES256' })],
])('%s verifies nothing', async (_, make) => {
  const key = await issuerKey('bad')
  issuer.keys = [{ ...key, jwk: { ...(await make()), kid: 'bad' } }]
  expect(await statusOf(issuer.token())).toBe('failed')
})

test('a key that the issuer shows with its private half is nobody’s', async () => {
  const key = await issuerKey('leaked')
  const jwk = await globalThis.crypto.subtle.exportKey('jwk', key.privateKey)
  issuer.keys = [{ ...key, jwk: { ...jwk, kid: 'leaked', alg: 'EdDSA' } }]
  expect(await statusOf(issuer.token())).toBe('failed')
})

test('a hundred at once ask the issuer once; verified again they ask nobody', async () => {
  const token = await issuer.token()
  const all = await Promise.all(Array.from({ length: 100 }, () => statusOf(token)))
  expect(new Set(all)).toEqual(new Set(['verified']))
  expect(issuer.asked).toHaveLength(1)
  issuer.behaviour = 'broken'
  expect(await statusOf(token)).toBe('verified')
  expect(issuer.asked).toHaveLength(1)
})

test('a new key is found while the old ones are still kept, and unknown ones ask at most every thirty seconds', async () => {
  expect(await statusOf(issuer.token())).toBe('verified')
  const stranger = await issuerKey('stranger')
  const unknown = (): Promise<string> => issuer.tokenBy(stranger.privateKey, {}, { alg: 'EdDSA', kid: 'stranger' })
  for (let n = 0; n < 20; n += 1) expect(await statusOf(unknown())).toBe('failed')
  expect(issuer.asked).toHaveLength(1)
  issuer.keys = [...issuer.keys, await issuerKey('second')]
  server.advance(31_000)
  expect(await statusOf(issuer.token())).toBe('verified')
  expect(issuer.asked).toHaveLength(2)
  await Promise.all(Array.from({ length: 20 }, async () => statusOf(unknown())))
  expect(issuer.asked).toHaveLength(2)
})

test('a key that the issuer took back verifies nothing within the hour, also a token that was verified with it', async () => {
  const token = await issuer.token({ exp: Math.floor(server.runtime.now().getTime() / 1000) + 7200 })
  expect(await statusOf(token)).toBe('verified')
  issuer.keys = [await issuerKey('second')]
  server.advance(30 * 60_000)
  expect(await statusOf(token)).toBe('verified')
  server.advance(31 * 60_000)
  expect(await statusOf(token)).toBe('failed')
  expect(await statusOf(issuer.token())).toBe('verified')
})

test('keys that grow old are fetched again before they run out, and nobody waits', async () => {
  expect(await statusOf(issuer.token())).toBe('verified')
  server.advance(55 * 60_000)
  expect(await statusOf(issuer.token())).toBe('verified')
  await expect.poll(() => issuer.asked.length).toBe(2)
  server.advance(20 * 60_000)
  expect(await statusOf(issuer.token())).toBe('verified')
  expect(issuer.asked).toHaveLength(2)
})

test('an issuer that died: unverified, left alone after three failures, asked again after thirty seconds', async () => {
  issuer.behaviour = 'broken'
  for (let n = 0; n < 10; n += 1) expect(await statusOf(issuer.token())).toBe('unverified')
  expect(issuer.asked).toHaveLength(3)
  issuer.behaviour = 'ok'
  expect(await statusOf(issuer.token())).toBe('unverified')
  server.advance(31_000)
  expect(await statusOf(issuer.token())).toBe('verified')
  expect(issuer.asked).toHaveLength(4)
  // Keys of more than an hour ago are no keys.
  issuer.behaviour = 'broken'
  server.advance(61 * 60_000)
  expect(await statusOf(issuer.token())).toBe('unverified')
})

test.each(['endless', 'html', 'redirect'] as const)('an issuer that answers %s proves nothing', async (behaviour) => {
  issuer.behaviour = behaviour
  const started = performance.now()
  expect(await statusOf(issuer.token())).toBe('unverified')
  expect(performance.now() - started).toBeLessThan(6000)
})

test('an issuer that does not answer is given up after five seconds', { timeout: 15_000 }, async () => {
  issuer.behaviour = 'slow'
  const started = performance.now()
  expect(await statusOf(issuer.token())).toBe('unverified')
  expect(performance.now() - started).toBeGreaterThan(4500)
  expect(performance.now() - started).toBeLessThan(8000)
})

test('keys are found by discovery, and there only when the document is of this issuer', async () => {
  issuer.behaviour = 'discovery'
  expect(await statusOf(issuer.token())).toBe('verified')
  expect(issuer.asked).toEqual(['/.well-known/jwks.json', '/.well-known/openid-configuration', '/moved'])
  const slashed = [{ issuer: `${issuer.url}/` }]
  expect(await statusOf(issuer.token({ iss: `${issuer.url}/` }), { identity_issuers: slashed })).toBe('unverified')
})

test('keys are taken from where the org says', async () => {
  const named = [{ issuer: 'https://issuer.example', jwks_uri: `${issuer.url}/named` }]
  expect(await statusOf(issuer.token({ iss: 'https://issuer.example' }), { identity_issuers: named })).toBe('verified')
  expect(issuer.asked).toEqual(['/named'])
  // Another org that names no place is not served from there.
  const bare = [{ issuer: 'https://issuer.example' }]
  const elsewhere = await testRuntime({ ports: { fetch: () => Promise.reject(new Error('unreachable')) } })
  const token = await issuer.token({ iss: 'https://issuer.example' })
  expect((await verifyToken(elsewhere.runtime, 'b', token, { ...rules, identity_issuers: bare })).status).toBe(
    'unverified',
  )
  await elsewhere.close()
})

test('keys are never fetched by plain http, but from where the operator allows it', async () => {
  const strict = await testRuntime({ ports: { fetch: globalThis.fetch } })
  expect((await verifyToken(strict.runtime, 'org_a', await issuer.token(), rules)).status).toBe('unverified')
  expect(issuer.asked).toEqual([])
  await strict.close()
})

test('the end of a token counts each time, also of one that was verified before; a setting says what is too far', async () => {
  const token = await issuer.token()
  expect(await statusOf(token)).toBe('verified')
  expect(await statusOf(token, { identity_token_max_seconds: 60 })).toBe('exp_too_far')
  server.advance(655_000)
  expect(await statusOf(token)).toBe('verified')
  server.advance(10_000)
  expect(await statusOf(token)).toBe('expired')
})

test('a verified token costs little the next time', async () => {
  const org = await testOrg(server.runtime)
  const token = await issuer.token()
  const ask = () => verifyToken(server.runtime, org.orgId, token, rules)
  await ask()
  const started = performance.now()
  for (let n = 0; n < 2000; n += 1) await ask()
  const micros = ((performance.now() - started) / 2000) * 1000
  process.stdout.write(`A token verified before: ${micros.toFixed(1)} µs\n`)
  expect(micros).toBeLessThan(500)
})
